package import Foundation

/// Writes CSV to a file through a buffer, quoting a field only where it must be.
package final class CSVWriter {
    private let file: OutputFile
    private var buffer: [UInt8] = []
    private var isAtRecordStart = true
    package private(set) var byteCount = 0

    private static let bufferBytes = 1 << 20

    /// Creates the file, or empties it.
    package init(creating url: URL) throws(SegmentError) {
        file = try OutputFile(creating: url)
        buffer.reserveCapacity(Self.bufferBytes + 4096)
    }

    package func field(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { bytes in
            let needsQuotes = bytes.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            guard needsQuotes else {
                buffer.append(contentsOf: bytes)
                return
            }
            buffer.append(0x22)
            for byte in bytes {
                if byte == 0x22 { buffer.append(0x22) }
                buffer.append(byte)
            }
            buffer.append(0x22)
        }
    }

    /// A field that is `prefix` and then `number`, such as an identifier.
    package func field(prefix: StaticString = "", _ number: Int) {
        separate()
        prefix.withUTF8Buffer { buffer.append(contentsOf: $0) }
        if number < 0 { buffer.append(0x2D) }
        var magnitude = number.magnitude
        let start = buffer.count
        repeat {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            buffer.append(0x30 + UInt8(truncatingIfNeeded: remainder))
            magnitude = quotient
        } while magnitude > 0
        buffer[start...].reverse()
    }

    package func endRecord() throws(SegmentError) {
        buffer.append(0x0A)
        isAtRecordStart = true
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    package func record(_ fields: [String]) throws(SegmentError) {
        for text in fields { field(text) }
        try endRecord()
    }

    /// Writes what is buffered and closes the file.
    package func close() throws(SegmentError) {
        try flush()
        file.close()
    }

    private func separate() {
        if !isAtRecordStart { buffer.append(0x2C) }
        isAtRecordStart = false
    }

    private func flush() throws(SegmentError) {
        try buffer.withUnsafeBufferPointer { (bytes) throws(SegmentError) in
            try file.write(UnsafeRawBufferPointer(bytes))
        }
        byteCount += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
