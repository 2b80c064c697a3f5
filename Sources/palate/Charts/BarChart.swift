import Foundation

/// A bar for each recipe, one below the other.
struct BarChart {
    struct Bar {
        let label: String
        let value: Double
        /// The value as it is written beside the bar.
        let text: String
        let isBest: Bool
    }

    let title: String
    let identifier: String
    let bars: [Bar]

    private static let width = 460.0
    private static let rowHeight = 22.0

    var markup: String {
        let labels = min((bars.map { Markup.width(of: $0.label) }.max() ?? 0) + 10, 220)
        let values = (bars.map { Markup.width(of: $0.text) }.max() ?? 0) + 8
        let greatest = max(bars.map(\.value).max() ?? 0, .leastNormalMagnitude)
        let room = Self.width - labels - values
        var body = ""
        for (index, bar) in bars.enumerated() {
            let top = Double(index) * Self.rowHeight + 2
            let length = max(room * max(bar.value, 0) / greatest, 1)
            let kind = bar.isBest ? "bar best" : "bar"
            body += Markup.text(
                bar.label, x: labels - 8, y: top + 14, anchor: .end, kind: bar.isBest ? "label strong" : "label")
            body +=
                #"<rect x="\#(Markup.number(labels))" y="\#(Markup.number(top + 2))" width="\#(Markup.number(length))" "#
                + #"height="16" rx="2" class="\#(kind)"/>"#
            body += Markup.text(bar.text, x: labels + length + 6, y: top + 14, kind: "value")
            body += "\n"
        }
        return Markup.figure(
            title, description: bars.map { "\($0.label): \($0.text)" }.joined(separator: "; "), width: Self.width,
            height: Double(bars.count) * Self.rowHeight + 4, identifier: identifier, body)
    }
}
