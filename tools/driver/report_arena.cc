// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/report_arena.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "tools/driver/html.h"
#include "tools/driver/terminal_text.h"

namespace tinyc {
namespace {

using Json = nlohmann::ordered_json;

// In units of the picture; the text has 11 of them.
constexpr double kWidth = 1000;
constexpr double kHeight = 420;
constexpr double kMargin = 18;       // above and below, for captions
constexpr double kLabelHeight = 16;  // room for a label
constexpr double kCharacter = 6.5;   // about the width of one, at most
constexpr size_t kFewCharacters = 8;

int64_t Int(const Json& json, const char* key) { return json[key]; }

std::string String(const Json& json, const char* key) { return json[key]; }

std::string Number(int64_t value) { return NumberText(value, "\xe2\x80\xaf"); }

std::string Caption(double x, double y, absl::string_view anchor,
                    const std::string& text) {
  return absl::StrCat("<text text-anchor=\"", anchor, "\" x=\"", x, "\" y=\"",
                      y, "\">", EscapeHtml(text), "</text>\n");
}

// `name`, cut so that `size` fits behind it on `length`; "" when there is no
// room.
std::string Label(const std::string& name, const std::string& size,
                  double length) {
  const size_t room =
      static_cast<size_t>(std::max(0.0, length / kCharacter - 1));
  if (room < size.size() + kFewCharacters) return "";
  const size_t most = room - size.size() - 2;
  return absl::StrCat(
      name.size() <= most ? name : name.substr(0, most - 3) + "...", ", ",
      size);
}

class Picture {
 public:
  explicit Picture(const Json& report)
      : report_(report),
        column_(kWidth / static_cast<double>(report["layers"].size())),
        arena_(static_cast<double>(Int(report, "arena_bytes"))) {}

  std::string Svg() const {
    std::string svg =
        absl::StrCat("<svg class=\"arena\" viewBox=\"0 ", -kMargin, " ", kWidth,
                     " ", kHeight + 2 * kMargin,
                     "\" role=\"img\" aria-label=\"arena over time\">\n");
    for (const Json& tensor : report_["tensors"]) {
      absl::StrAppend(&svg, Rectangle(tensor));
    }
    absl::StrAppend(&svg, "<rect class=\"peak\" x=\"",
                    column_ * static_cast<double>(Int(report_, "peak_step")),
                    "\" y=\"0\" width=\"", column_, "\" height=\"", kHeight,
                    "\"/>\n", Bound());
    absl::StrAppend(
        &svg, Caption(2, kHeight + 13, "start", "layer 0"),
        Caption(kWidth - 2, kHeight + 13, "end",
                absl::StrCat("layer ", report_["layers"].size() - 1)));
    return svg + "</svg>\n";
  }

 private:
  // The top edge of byte `offset`.
  double Y(int64_t offset) const {
    return kHeight - kHeight * static_cast<double>(offset) / arena_;
  }

  std::string Rectangle(const Json& tensor) const {
    const int64_t from = Int(tensor, "live_from");
    const int64_t to = Int(tensor, "live_to");
    const int64_t offset = Int(tensor, "arena_offset");
    const int64_t bytes = Int(tensor, "bytes");
    std::string origin = "input of the model";
    std::string colour = "#ccd3da";
    if (!tensor["layer"].is_null()) {
      const size_t index = tensor["layer"];
      const Json& layer = report_["layers"][index];
      origin = absl::StrCat("from ", String(layer, "name"), " (",
                            String(layer, "op"), ")");
      // One per layer, neighbours far apart.
      colour = absl::StrCat("hsl(", index * 137 % 360, " 45% 65%)");
    }
    const std::string name = String(tensor, "name");
    const double height = kHeight * static_cast<double>(bytes) / arena_;
    const double x = column_ * static_cast<double>(from);
    const double y = Y(offset + bytes);
    const double width = column_ * static_cast<double>(to - from + 1);
    std::string svg = absl::StrCat(
        "<rect x=\"", x, "\" y=\"", y, "\" width=\"", width, "\" height=\"",
        height, "\" fill=\"", colour, "\" fill-opacity=\".85\"><title>",
        EscapeHtml(name), "\n", EscapeHtml(origin), "\n");
    absl::StrAppend(&svg, Number(bytes), " B at ", Number(offset), ", layers ",
                    from, " to ", to, "</title></rect>\n");
    const std::string size = absl::StrCat(NumberText(bytes), " B");
    const double middle_x = x + width / 2;
    const double middle_y = y + height / 2;
    const std::string across = Label(name, size, width);
    const std::string upwards = Label(name, size, height);
    if (!across.empty() && height >= kLabelHeight) {
      absl::StrAppend(&svg, Caption(middle_x, middle_y + 4, "middle", across));
    } else if (!upwards.empty() && width >= kLabelHeight) {
      // In the first column, off the edges of the dashed one.
      const double at = column_ >= kLabelHeight ? x + column_ / 2 : middle_x;
      absl::StrAppend(&svg, "<g transform=\"translate(", at, " ", middle_y,
                      ") rotate(-90)\">", Caption(0, 4, "middle", upwards),
                      "</g>\n");
    }
    return svg;
  }

  // The line that no plan is below.
  std::string Bound() const {
    const int64_t bytes = Int(report_, "arena_lower_bound");
    const double y = Y(bytes);
    return absl::StrCat(
        "<line class=\"bound\" x1=\"0\" x2=\"", kWidth, "\" y1=\"", y,
        "\" y2=\"", y, "\"/>\n",
        Caption(2, y - 5, "start",
                absl::StrCat("lower bound ", NumberText(bytes), " B")));
  }

  const Json& report_;
  double column_;  // of one layer
  double arena_;   // bytes
};

}  // namespace

std::string ArenaHtml(const Json& report) {
  std::string html = "<h2>The arena over time</h2>\n";
  if (report["layers"].empty() || Int(report, "arena_bytes") == 0) {
    return html + "<p>This model needs no arena.</p>\n";
  }
  return absl::StrCat(
      html,
      "<p>One column per layer, in execution order; the height is the arena, "
      "address 0 at the bottom. Point at a rectangle for its name. The dashed "
      "column needs the most bytes, ",
      Number(Int(report, "peak_bytes")),
      "; no plan for this order of layers is below the dashed line.</p>\n",
      Picture(report).Svg());
}

}  // namespace tinyc
