/// A value that knows its JSON text.
package protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// Builds JSON text: the straight way for answers, which have at most hundreds of items and must not wait for
/// `JSONEncoder`'s boxes.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var isFirst = true

    package init() {
        bytes.reserveCapacity(1024)
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    fileprivate mutating func beginArray() { open(UInt8(ascii: "[")) }
    fileprivate mutating func endArray() { close(UInt8(ascii: "]")) }

    /// A member of the object that was begun; left out when the value is nil.
    package mutating func member(_ name: StaticString, _ value: (some JSONWritable)?) {
        guard let value else { return }
        key(name)
        value.write(to: &self)
    }

    /// A member whose value is JSON text already.
    package mutating func member(_ name: StaticString, json: some Sequence<UInt8>) {
        key(name)
        bytes.append(contentsOf: json)
    }

    /// The name of a member that an object follows.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    fileprivate mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    fileprivate mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    fileprivate mutating func colon() { bytes.append(UInt8(ascii: ":")) }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        isFirst = true
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        isFirst = false
    }

    fileprivate mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20: escape(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ control: UInt8) {
        switch control {
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default: append(control < 0x10 ? "\\u000\(String(control, radix: 16))" : "\\u00\(String(control, radix: 16))")
        }
    }

    fileprivate mutating func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) {
        guard value.isFinite else {
            return append(value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        }
        let text = value.description
        append(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension String: JSONWritable {
    package func write(to json: inout JSONWriter) { json.quote(self) }
}

extension Bool: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(self ? "true" : "false") }
}

extension Int: JSONWritable {
    package func write(to json: inout JSONWriter) { json.append(description) }
}

extension Double: JSONWritable {
    package func write(to json: inout JSONWriter) { json.number(self) }
}

extension Float: JSONWritable {
    package func write(to json: inout JSONWriter) { json.number(self) }
}

extension Timestamp: JSONWritable {
    package func write(to json: inout JSONWriter) { json.number(seconds) }
}

extension JSONText: JSONWritable {
    package func write(to json: inout JSONWriter) { json.quote(text) }
}

extension Array: JSONWritable where Element: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for element in self {
            json.separate()
            element.write(to: &json)
        }
        json.endArray()
    }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
    /// Sorted by key, so that the same value has the same bytes.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            json.separate()
            json.quote(key)
            json.colon()
            value.write(to: &json)
        }
        json.endObject()
    }
}
