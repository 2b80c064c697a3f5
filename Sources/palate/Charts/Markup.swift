import Foundation

/// Text and numbers as they stand in HTML and SVG.
enum Markup {
    /// Safe between tags and in attributes with double quotes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // Not allowed in XML, to which the figures should conform.
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// A coordinate, to a tenth of a pixel.
    static func number(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(format: "%.0f", rounded) : String(format: "%.1f", rounded)
    }

    /// A figure with an SVG drawing in it, which screen readers know by its title and description.
    static func figure(
        _ title: String, description: String, width: Double, height: Double, identifier: String, _ body: String
    ) -> String {
        """
        <figure>
        <figcaption>\(escaped(title))</figcaption>
        <svg viewBox="0 0 \(number(width)) \(number(height))" role="img" \
        aria-labelledby="\(identifier)-title \(identifier)-description">
        <title id="\(identifier)-title">\(escaped(title))</title>
        <desc id="\(identifier)-description">\(escaped(description))</desc>
        \(body)
        </svg>
        </figure>
        """
    }

    enum Anchor: String {
        case start, middle, end
    }

    static func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, kind: String = "label"
    ) -> String {
        #"<text x="\#(number(x))" y="\#(number(y))" text-anchor="\#(anchor.rawValue)" class="\#(kind)">"#
            + escaped(text) + "</text>"
    }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, kind: String) -> String {
        #"<line x1="\#(number(x1))" y1="\#(number(y1))" x2="\#(number(x2))" y2="\#(number(y2))" class="\#(kind)"/>"#
    }

    /// About how wide a label is drawn.
    static func width(of text: String) -> Double { 6.7 * Double(text.count) }
}
