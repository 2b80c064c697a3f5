import Foundation

/// Lines over one axis, such as the seconds of a training.
struct LineChart {
    struct Line {
        let label: String
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let identifier: String
    /// What lies on the two axes.
    let across: String
    let up: String
    let lines: [Line]

    /// As many looks as the style sheet has; they differ in colour and in dashes.
    static let looks = 8
    private static let width = 940.0
    private static let plotHeight = 300.0

    /// For a page that has a style sheet.
    var markup: String {
        Markup.figure(
            title, description: description, width: Self.width, height: height, identifier: identifier, drawing)
    }

    /// The text of an SVG file, which needs nothing else.
    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Markup.number(Self.width)) \(Markup.number(height))" \
        width="\(Markup.number(Self.width))" height="\(Markup.number(height))" role="img">
        <title>\(Markup.escaped(title))</title>
        <desc>\(Markup.escaped(description))</desc>
        <style>
        \(ChartStyle.colours)
        \(ChartStyle.sheet)
        </style>
        <rect width="100%" height="100%" fill="var(--card)"/>
        \(drawing)
        </svg>

        """
    }

    private var height: Double { Self.plotHeight + Double(lines.count) * 20 + 8 }

    private var description: String {
        lines.map { line in
            let (first, last) = (line.points.first, line.points.last)
            return "\(line.label): from \(Axis.label(first?.y ?? 0)) to \(Axis.label(last?.y ?? 0)) at "
                + "\(Axis.label(last?.x ?? 0)) \(across)"
        }.joined(separator: "; ")
    }

    private var drawing: String {
        let all = lines.flatMap(\.points)
        let (least, greatest) = (all.map(\.y).min() ?? 0, all.map(\.y).max() ?? 1)
        let x = Axis(from: 0, to: all.map(\.x).max() ?? 1, start: 60, end: Self.width - 20)
        let y = Axis(
            from: min(least, greatest), to: max(greatest, least + 1e-9), start: Self.plotHeight - 46, end: 16)
        var body = Frame(x: x, y: y, across: across, up: up, height: Self.plotHeight).markup
        for (index, line) in lines.enumerated() {
            let look = "line look\(index % Self.looks)"
            let places = line.points.map { (x: x.place($0.x), y: y.place($0.y)) }
            let path = places.map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }.joined(separator: " ")
            body += #"<polyline points="\#(path)" class="\#(look)"/>"#
            if places.count <= 40 {
                for place in places {
                    body +=
                        #"<circle cx="\#(Markup.number(place.x))" cy="\#(Markup.number(place.y))" r="3" "#
                        + #"class="mark look\#(index % Self.looks)"/>"#
                }
            }
            let row = Self.plotHeight + Double(index) * 20 + 12
            body += Markup.line(60, row - 4, 92, row - 4, kind: look)
            body += Markup.text(line.label, x: 100, y: row, kind: "label")
            body += "\n"
        }
        return body
    }
}
