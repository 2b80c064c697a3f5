/// Writes a document element by element, escaping all text.
package struct XMLWriter {
    private var output: String

    /// Starts with the XML declaration.
    package init() {
        output = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    }

    package var document: String { output }

    /// Character data in the element that is open.
    package mutating func text(_ text: String) {
        Self.escape(text, into: &output)
    }

    package mutating func element(_ name: String, _ text: String) {
        output += "<\(name)>"
        Self.escape(text, into: &output)
        output += "</\(name)>"
    }

    package mutating func element(_ name: String, _ number: some BinaryInteger) {
        output += "<\(name)>\(number)</\(name)>"
    }

    package mutating func element(_ name: String, _ flag: Bool) {
        output += "<\(name)>\(flag)</\(name)>"
    }

    /// Leaves the element out when there is no text.
    package mutating func element(_ name: String, ifPresent text: String?) {
        if let text { element(name, text) }
    }

    package mutating func element<Failure>(
        _ name: String, namespace: String? = nil, content: (inout XMLWriter) throws(Failure) -> Void
    ) throws(Failure) {
        output += "<\(name)"
        if let namespace { output += " xmlns=\"\(namespace)\"" }
        output += ">"
        try content(&self)
        output += "</\(name)>"
    }

    /// An element with attributes as given, whose values are escaped.
    package mutating func element<Failure>(
        _ name: String, attributes: [(String, String)], content: (inout XMLWriter) throws(Failure) -> Void
    ) throws(Failure) {
        output += "<\(name)"
        for (attribute, value) in attributes {
            output += " \(attribute)=\""
            Self.escape(value, into: &output)
            output += "\""
        }
        output += ">"
        try content(&self)
        output += "</\(name)>"
    }

    /// Control characters become references: parsers of XML 1.0 refuse some of them all the same, which is why listings
    /// offer `encoding-type=url`.
    private static func escape(_ text: String, into output: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "\n": output += "\n"
            case "\t": output += "\t"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                output += "&#x\(String(scalar.value, radix: 16));"
            default: output.unicodeScalars.append(scalar)
            }
        }
    }
}
