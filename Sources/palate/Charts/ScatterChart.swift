import Foundation

/// A point with a name for each recipe; across on a logarithmic scale.
struct ScatterChart {
    struct Point {
        let label: String
        let x: Double
        let y: Double
        let isBest: Bool
    }

    let title: String
    let identifier: String
    let across: String
    let up: String
    let points: [Point]

    private static let width = 940.0
    private static let height = 380.0

    private struct Box {
        let x: Double
        let y: Double
        let width: Double
        let height: Double

        /// The area that both cover.
        func overlap(_ other: Box) -> Double {
            max(0, min(x + width, other.x + other.width) - max(x, other.x))
                * max(0, min(y + height, other.y + other.height) - max(y, other.y))
        }
    }

    var markup: String {
        let xAxis = Axis(logarithmic: points.map(\.x), start: 60, end: Self.width - 20)
        let yAxis = Axis(from: 0, to: points.map(\.y).max() ?? 1, start: Self.height - 46, end: 16)
        var body = Frame(x: xAxis, y: yAxis, across: across, up: up, height: Self.height).markup
        let places = points.map { (x: xAxis.place($0.x), y: yAxis.place($0.y)) }
        var taken = places.map { Box(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
        for (point, place) in zip(points, places) {
            let radius = point.isBest ? 7 : 5
            body +=
                #"<circle cx="\#(Markup.number(place.x))" cy="\#(Markup.number(place.y))" r="\#(radius)" "#
                + #"class="\#(point.isBest ? "dot best" : "dot")"/>"#
            let width = Markup.width(of: point.label)
            var choices: [(x: Double, y: Double, anchor: Markup.Anchor)] = [
                (place.x + 11, place.y + 4, .start), (place.x - 11, place.y + 4, .end),
                (place.x, place.y - 11, .middle), (place.x, place.y + 21, .middle),
            ]
            for way in [19.0, -11, 34, -26] {
                choices.append((place.x + 11, place.y + way, .start))
                choices.append((place.x - 11, place.y + way, .end))
            }
            func box(_ choice: (x: Double, y: Double, anchor: Markup.Anchor)) -> Box {
                let left = choice.anchor == .start ? 0 : choice.anchor == .middle ? width / 2 : width
                return Box(x: choice.x - left, y: choice.y - 11, width: width, height: 14)
            }
            let within = choices.filter { choice in
                let box = box(choice)
                return box.x >= 60 && box.x + box.width <= Self.width && box.y >= 0 && box.y <= Self.height - 62
            }
            func covered(_ choice: (x: Double, y: Double, anchor: Markup.Anchor)) -> Double {
                taken.reduce(0) { $0 + $1.overlap(box(choice)) }
            }
            // Of those that cover as little, `min` gives the first.
            let chosen = within.min { covered($0) < covered($1) } ?? choices[0]
            taken.append(box(chosen))
            body += Markup.text(
                point.label, x: chosen.x, y: chosen.y, anchor: chosen.anchor,
                kind: point.isBest ? "label strong" : "label")
            body += "\n"
        }
        return Markup.figure(
            title,
            description: points.map { "\($0.label): \(Axis.label($0.x)) across, \(Axis.label($0.y)) up" }
                .joined(separator: "; "),
            width: Self.width, height: Self.height, identifier: identifier, body)
    }
}

/// The axes of a drawing, with their ticks and titles.
struct Frame {
    let x: Axis
    let y: Axis
    let across: String
    let up: String
    let height: Double

    var markup: String {
        var body = ""
        for tick in y.ticks {
            let place = y.place(tick)
            body += Markup.line(x.start, place, x.end, place, kind: "grid")
            body += Markup.text(Axis.label(tick), x: x.start - 8, y: place + 4, anchor: .end, kind: "tick")
        }
        for tick in x.ticks {
            let place = x.place(tick)
            body += Markup.line(place, y.start, place, y.start + 5, kind: "axis")
            body += Markup.text(Axis.label(tick), x: place, y: y.start + 19, anchor: .middle, kind: "tick")
        }
        body += Markup.line(x.start, y.start, x.end, y.start, kind: "axis")
        body += Markup.text(across, x: (x.start + x.end) / 2, y: height - 8, anchor: .middle, kind: "tick")
        body += Markup.text(up, x: x.start, y: 10, kind: "tick")
        return body + "\n"
    }
}
