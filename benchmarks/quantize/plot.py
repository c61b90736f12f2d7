# SPDX-License-Identifier: Apache-2.0
"""Draws the tables that bench_quantize.py and studies.py print.

Reads Markdown files, docs/quantization.md without arguments, takes the tables by
their head lines and writes to docs/images

  quantize_formats.svg  signal to noise against bytes of constants, by format
  quantize_samples.svg  signal to noise against the number of samples
  quantize_ranges.svg   signal to noise by the estimator of ranges

whose colors can be read on light and on dark pages.

    plot.py [-o FOLDER] [FILE.md ...]
"""
import argparse
import math
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Gray text and mid-tones have contrast on white and on black.
INK = "#808890"
COLORS = ("#3b82c4", "#d9772b", "#3f9e5a", "#b05fc0", "#c0504d")
MARKS = ("circle", "square", "diamond", "triangle", "cross")
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 40, 46


def tables(text):
  """The tables of a Markdown text: the cells of the head and of the rows."""
  found = []
  rows = []
  for line in [*text.splitlines(), ""]:
    if line.startswith("|"):
      rows.append([cell.strip() for cell in line.strip("|").split("|")])
    elif rows:
      found.append((rows[0], rows[2:]))
      rows = []
  return found


def number(cell):
  return float(cell.replace(",", ""))


class Picture:
  """An SVG with an axis of numbers on the left."""

  def __init__(self, title, low, high, step):
    self.low, self.high = low, high
    self.parts = []
    self.text(LEFT, 16, title, size=14, weight="bold")
    for i in range(int((high - low) / step) + 1):
      value = low + i * step
      y = self.y(value)
      self.line(LEFT, y, WIDTH - RIGHT, y, opacity=0.25)
      self.text(LEFT - 6, y + 4, f"{value:g}", anchor="end")
    self.text(LEFT - 6, TOP - 6, "dB", anchor="end")

  def y(self, value):
    share = (value - self.low) / (self.high - self.low)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

  def text(self, x, y, text, anchor="start", size=12, weight="normal"):
    self.parts.append(
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'font-size="{size}" font-weight="{weight}">{text}</text>')

  def line(self, x1, y1, x2, y2, color=INK, width=1.0, opacity=1.0):
    self.parts.append(
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{color}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"/>')

  def path(self, points, color):
    self.parts.append(
        f'<polyline fill="none" stroke="{color}" stroke-width="2" points="' +
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')

  def mark(self, kind, x, y):
    color, size = COLORS[kind], 5
    shape = MARKS[kind]
    if shape == "circle":
      self.parts.append(
          f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{color}"/>')
      return
    if shape == "cross":
      for sign in (1, -1):
        self.line(x - size, y - sign * size, x + size, y + sign * size, color,
                  2.5)
      return
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "triangle": ((0, -1.2), (1.2, 1), (-1.2, 1)),
    }[shape]
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}"
                      for dx, dy in corners)
    self.parts.append(f'<polygon fill="{color}" points="{points}"/>')

  def legend(self, labels):
    x = WIDTH - RIGHT
    for kind, label in reversed(list(enumerate(labels))):
      x -= 8 + 6.6 * len(label)
      self.text(x, 32, label)
      x -= 12
      self.mark(kind, x, 28)
      x -= 10

  def svg(self):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" font-family="sans-serif" fill="{INK}">\n' +
            "\n".join(self.parts) + "\n</svg>\n")


def bounds(values, step):
  """Multiples of `step` around the values."""
  return (step * math.floor(min(values) / step),
          step * math.ceil(max(values) / step))


def formats(rows):
  """dB against bytes; the formats of a model are joined by a line."""
  labels = ("tinyc w4a8", "tinyc auto", "tinyc int8", "tinyc int16x8",
            "official int8")
  points = [(model, label, number(size), number(db))
            for model, label, _, _, db, size, _ in rows if label in labels]
  low, high = bounds([db for *_, db in points], 10)
  picture = Picture("Signal to noise by bytes of constants", low, high, 10)
  ticks = [10e3 * 2**i for i in range(6)]
  left, right = 0.8 * min(p[2] for p in points), 1.25 * max(
      p[2] for p in points)

  def x_of(size):
    share = math.log(size / left) / math.log(right / left)
    return LEFT + share * (WIDTH - LEFT - RIGHT)

  for tick in ticks:
    if left <= tick <= right:
      picture.line(x_of(tick), picture.y(high), x_of(tick), picture.y(low),
                   opacity=0.25)
      picture.text(x_of(tick), HEIGHT - BOTTOM + 16, f"{tick / 1000:g} kB",
                   anchor="middle")
  for model in dict.fromkeys(p[0] for p in points):
    own = {label: (x_of(size), picture.y(db))
           for name, label, size, db in points if name == model}
    joined = sorted(at for label, at in own.items()
                    if not label.startswith("official"))
    picture.path(joined, INK)
    x, y = joined[-1]
    picture.text(x - 9, y + 4, model, anchor="end", weight="bold")
    for label, (x, y) in own.items():
      picture.mark(labels.index(label), x, y)
  picture.legend(labels)
  return picture.svg()


def samples(rows):
  """dB against the number of samples, with the spread of the draws."""
  labels = list(dict.fromkeys(row[1] for row in rows))
  counts = sorted({int(row[2]) for row in rows})
  low, high = bounds([number(cell) for row in rows for cell in row[3:]], 5)
  picture = Picture(f"Signal to noise by calibration samples, {rows[0][0]}",
                    low, high, 5)
  room = (WIDTH - LEFT - RIGHT) / len(counts)
  x_of = {count: LEFT + (i + 0.5) * room for i, count in enumerate(counts)}
  for count in counts:
    picture.text(x_of[count], HEIGHT - BOTTOM + 16, count, anchor="middle")
  picture.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "samples",
               anchor="middle")
  for kind, label in enumerate(labels):
    aside = 5 * (kind - (len(labels) - 1) / 2)
    own = [(x_of[int(count)] + aside, *map(number, cells))
           for _, name, count, *cells in rows if name == label]
    for x, db, least, greatest in own:
      picture.line(x, picture.y(least), x, picture.y(greatest), COLORS[kind],
                   1.5, 0.6)
    picture.path([(x, picture.y(db)) for x, db, *_ in own], COLORS[kind])
    for x, db, *_ in own:
      picture.mark(kind, x, picture.y(db))
  picture.legend(labels)
  return picture.svg()


def ranges(rows, labels):
  """dB by estimator, a column for each model."""
  low, high = bounds([number(cell) for row in rows for cell in row[1:]], 5)
  picture = Picture("Signal to noise by the estimator of ranges", low, high, 5)
  room = (WIDTH - LEFT - RIGHT) / len(rows)
  for i, (model, *cells) in enumerate(rows):
    middle = LEFT + (i + 0.5) * room
    picture.text(middle, HEIGHT - BOTTOM + 16, model, anchor="middle")
    for kind, cell in enumerate(cells):
      aside = 13 * (kind - (len(cells) - 1) / 2)
      picture.mark(kind, middle + aside, picture.y(number(cell)))
  picture.legend(labels)
  return picture.svg()


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("files", nargs="*", type=pathlib.Path,
                      default=[ROOT / "docs/quantization.md"])
  parser.add_argument("-o", dest="folder", type=pathlib.Path,
                      default=ROOT / "docs/images")
  args = parser.parse_args()
  drawn = {}
  for file in args.files:
    for head, rows in tables(file.read_text()):
      if head == ["model", "", "accuracy %", "agree %", "dB", "bytes", "s"]:
        drawn["formats"] = formats(rows)
      elif head == ["model", "", "samples", "dB", "least", "greatest"]:
        drawn["samples"] = samples(rows)
      elif head[:2] == ["model", "tuned"]:
        drawn["ranges"] = ranges(rows, head[1:])
  if not drawn:
    print("error: none of the tables is there", file=sys.stderr)
    return 1
  args.folder.mkdir(parents=True, exist_ok=True)
  for name, svg in drawn.items():
    (args.folder / f"quantize_{name}.svg").write_text(svg)
  return 0


if __name__ == "__main__":
  sys.exit(main())
