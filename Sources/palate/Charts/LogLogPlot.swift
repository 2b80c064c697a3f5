import Foundation

/// A picture of lines over two logarithmic axes, as SVG that needs nothing else.
struct LogLogPlot: Sendable {
    /// A line through points, in their order.
    struct Line: Sendable {
        var name: String
        var points: [(x: Double, y: Double)]
    }

    /// A picture beside others, with axes of its own.
    struct Panel: Sendable {
        var title: String
        var xLabel: String
        var lines: [Line]
    }

    var title: String
    var panels: [Panel]

    private static let colours = ["#1b6ca8", "#c8553d", "#3f7d20", "#7b4b94", "#8a6d00", "#555555"]
    private static let dashes = ["", "7 3", "2 3", "9 3 2 3", "4 4", "1 2"]
    private static let panelWidth = 400.0
    private static let panelHeight = 300.0
    private static let top = 64.0
    private static let left = 62.0
    private static let right = 22.0
    private static let bottom = 44.0

    /// The text of an SVG file. Points that are not above 0 are left out.
    var svg: String {
        let legend = panels.first?.lines.map(\.name) ?? []
        let width = Self.panelWidth * Double(max(panels.count, 1))
        let height = Self.panelHeight + Double(legend.isEmpty ? 0 : 24)
        var body = Self.text(title, x: 14, y: 24, size: 15, anchor: "start", weight: "bold")
        for (index, panel) in panels.enumerated() { body += Self.draw(panel, at: Double(index) * Self.panelWidth) }
        for (index, name) in legend.enumerated() {
            let x = Self.left + Double(index) * 150
            let y = Self.panelHeight + 6
            body += Self.stroke("M \(Self.number(x)) \(Self.number(y)) h 30", index)
            body += Self.text(name, x: x + 38, y: y + 4, size: 12, anchor: "start")
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
            width="\(Self.number(width))" height="\(Self.number(height))" font-family="sans-serif" role="img">
            <title>\(Self.escaped(title))</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            \(body)</svg>

            """
    }

    private static func draw(_ panel: Panel, at offset: Double) -> String {
        let points = panel.lines.flatMap(\.points).filter { $0.x > 0 && $0.y > 0 }
        let x = LogAxis(points.map(\.x), from: offset + left, to: offset + panelWidth - right)
        let y = LogAxis(points.map(\.y), from: panelHeight - bottom, to: top)
        var body = text(panel.title, x: offset + left, y: top - 14, size: 13, anchor: "start")
        body += text(
            panel.xLabel, x: offset + (left + panelWidth - right) / 2, y: panelHeight - 10, size: 12, anchor: "middle")
        for tick in x.ticks {
            let at = number(x.place(tick))
            body += "<path d=\"M \(at) \(number(top)) V \(number(panelHeight - bottom))\" stroke=\"#e4e4e4\"/>\n"
            body += text(label(tick), x: x.place(tick), y: panelHeight - bottom + 16, size: 11, anchor: "middle")
        }
        for tick in y.ticks {
            let at = number(y.place(tick))
            let line = "M \(number(offset + left)) \(at) H \(number(offset + panelWidth - right))"
            body += "<path d=\"\(line)\" stroke=\"#e4e4e4\"/>\n"
            body += text(label(tick), x: offset + left - 6, y: y.place(tick) + 4, size: 11, anchor: "end")
        }
        for (index, line) in panel.lines.enumerated() {
            let places = line.points.filter { $0.x > 0 && $0.y > 0 }.map { (x.place($0.x), y.place($0.y)) }
            let path = places.map { "\(number($0.0)) \(number($0.1))" }.joined(separator: " L ")
            if places.count > 1 { body += stroke("M \(path)", index) }
            for (cx, cy) in places {
                body += "<circle cx=\"\(number(cx))\" cy=\"\(number(cy))\" r=\"3\" fill=\"\(colour(index))\"/>\n"
            }
        }
        return body
    }

    private static func colour(_ index: Int) -> String { colours[index % colours.count] }

    private static func stroke(_ path: String, _ index: Int) -> String {
        let dash = dashes[index % dashes.count]
        return "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour(index))\" stroke-width=\"2\""
            + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"") + "/>\n"
    }

    private static func text(
        _ text: String, x: Double, y: Double, size: Int, anchor: String, weight: String = "normal"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
            + "font-weight=\"\(weight)\" fill=\"#222222\">\(escaped(text))</text>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    /// `0.01`, `250`, `20k`.
    private static func label(_ value: Double) -> String {
        switch value {
        case 1e6...: String(format: "%gM", value / 1e6)
        case 1e4...: String(format: "%gk", value / 1e3)
        default: String(format: "%g", value)
        }
    }
}

/// A logarithmic axis with its ends at round numbers.
private struct LogAxis {
    private let low: Double
    private let high: Double
    private let start: Double
    private let end: Double
    let ticks: [Double]

    private static let mantissas = [1.0, 2, 5]
    private static let mostTicks = 7

    init(_ values: [Double], from start: Double, to end: Double) {
        let least = values.min() ?? 1
        let most = max(values.max() ?? 1, least)
        let decades = Int(log10(least).rounded(.down)) - 1...Int(log10(most).rounded(.up)) + 1
        let round = decades.flatMap { decade in Self.mantissas.map { $0 * pow(10, Double(decade)) } }
        let low = round.last { $0 <= least * 1.000_001 } ?? least
        let high = round.first { $0 >= most * 0.999_999 && $0 > low } ?? most
        let all = round.filter { $0 >= low * 0.999_999 && $0 <= high * 1.000_001 }
        let tens = all.filter { value in decades.contains { abs(value / pow(10, Double($0)) - 1) < 1e-6 } }
        ticks = all.count <= Self.mostTicks ? all : tens
        (self.low, self.high, self.start, self.end) = (log(low), log(high), start, end)
    }

    func place(_ value: Double) -> Double {
        guard high > low else { return (start + end) / 2 }
        return start + (log(value) - low) / (high - low) * (end - start)
    }
}
