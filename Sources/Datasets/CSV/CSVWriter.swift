package import Foundation

/// Writes CSV to a file through a buffer, quoting a field only where it must be.
package final class CSVWriter {
    private let file: OutputFile
    private var buffer: CSVBuffer
    package private(set) var byteCount = 0

    private static let bufferBytes = 1 << 20

    /// Creates the file, or empties it.
    package init(creating url: URL) throws(SegmentError) {
        file = try OutputFile(creating: url)
        buffer = CSVBuffer(reserving: Self.bufferBytes + 4096)
    }

    package func field(_ text: String) { buffer.field(text) }

    /// A field that is `prefix` and then `number`, such as an identifier.
    package func field(prefix: StaticString = "", _ number: Int) { buffer.field(prefix: prefix, number) }

    package func endRecord() throws(SegmentError) {
        buffer.endRecord()
        if buffer.bytes.count >= Self.bufferBytes { try flush() }
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

    private func flush() throws(SegmentError) {
        try buffer.bytes.withUnsafeBufferPointer { (bytes) throws(SegmentError) in
            try file.write(UnsafeRawBufferPointer(bytes))
        }
        byteCount += buffer.bytes.count
        buffer.removeAll()
    }
}
