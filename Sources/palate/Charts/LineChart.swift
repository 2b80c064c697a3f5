import Foundation

/// A line for each recipe over the seconds of its training.
struct LineChart {
    struct Line {
        let label: String
        let points: [(seconds: Double, value: Double)]
    }

    let title: String
    let identifier: String
    let up: String
    let lines: [Line]

    /// As many looks as the style sheet has; they differ in colour and in dashes.
    static let looks = 8
    private static let width = 940.0
    private static let plotHeight = 300.0

    var markup: String {
        let all = lines.flatMap(\.points)
        let (least, greatest) = (all.map(\.value).min() ?? 0, all.map(\.value).max() ?? 1)
        let height = Self.plotHeight + Double(lines.count) * 20 + 8
        let x = Axis(from: 0, to: all.map(\.seconds).max() ?? 1, start: 60, end: Self.width - 20)
        let y = Axis(
            from: min(least, greatest), to: max(greatest, least + 1e-9), start: Self.plotHeight - 46, end: 16)
        var body = Frame(x: x, y: y, across: "seconds of training", up: up, height: Self.plotHeight).markup
        for (index, line) in lines.enumerated() {
            let look = "line look\(index % Self.looks)"
            let places = line.points.map { (x: x.place($0.seconds), y: y.place($0.value)) }
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
        let description = lines.map { line in
            let (first, last) = (line.points.first, line.points.last)
            return "\(line.label): from \(Axis.label(first?.value ?? 0)) to \(Axis.label(last?.value ?? 0)) in "
                + "\(Axis.label(last?.seconds ?? 0)) seconds"
        }.joined(separator: "; ")
        return Markup.figure(
            title, description: description, width: Self.width, height: height, identifier: identifier, body)
    }
}
