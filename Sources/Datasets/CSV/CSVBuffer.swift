/// CSV text in memory, a field quoted only where it must be.
package struct CSVBuffer: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var isAtRecordStart = true

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func field(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { text in
            let needsQuotes = text.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            guard needsQuotes else {
                bytes.append(contentsOf: text)
                return
            }
            bytes.append(0x22)
            for byte in text {
                if byte == 0x22 { bytes.append(0x22) }
                bytes.append(byte)
            }
            bytes.append(0x22)
        }
    }

    /// A field that is `prefix` and then `number`, such as an identifier.
    package mutating func field(prefix: StaticString = "", _ number: Int) {
        separate()
        prefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
        if number < 0 { bytes.append(0x2D) }
        var magnitude = number.magnitude
        let start = bytes.count
        repeat {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            bytes.append(0x30 + UInt8(truncatingIfNeeded: remainder))
            magnitude = quotient
        } while magnitude > 0
        bytes[start...].reverse()
    }

    package mutating func endRecord() {
        bytes.append(0x0A)
        isAtRecordStart = true
    }

    package mutating func record(_ fields: some Sequence<String>) {
        for text in fields { field(text) }
        endRecord()
    }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func separate() {
        if !isAtRecordStart { bytes.append(0x2C) }
        isAtRecordStart = false
    }
}
