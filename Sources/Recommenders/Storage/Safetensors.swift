package import Foundation
package import LinearAlgebra

/// A number type that a safetensors file can hold.
package protocol SafetensorsElement: BitwiseCopyable, Sendable {
    static var safetensorsName: String { get }
}

extension Float: SafetensorsElement { package static let safetensorsName = "F32" }
extension Double: SafetensorsElement { package static let safetensorsName = "F64" }
extension Int64: SafetensorsElement { package static let safetensorsName = "I64" }
extension UInt32: SafetensorsElement { package static let safetensorsName = "U32" }
extension UInt16: SafetensorsElement { package static let safetensorsName = "U16" }
extension UInt8: SafetensorsElement { package static let safetensorsName = "U8" }

/// What a safetensors header says of one tensor.
struct SafetensorsEntry: Codable, Equatable {
    var dtype: String
    var shape: [Int]
    /// Begin and end in bytes, counted from the end of the header.
    var data_offsets: [Int]

    static func elementSize(of dtype: String) -> Int? {
        switch dtype {
        case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2": 1
        case "U16", "I16", "F16", "BF16": 2
        case "U32", "I32", "F32": 4
        case "U64", "I64", "F64": 8
        default: nil
        }
    }
}

/// Writes a safetensors file: eight bytes of header length, a JSON header, the raw tensors, all little-endian.
///
/// Format: "Safetensors", section "Format" of the project's documentation. The header is padded with spaces so that the
/// tensors start at a multiple of 64 bytes, as the format allows, and each is padded to one as far as it needs to be for
/// its own alignment by writing wide elements first.
package enum SafetensorsWriter {
    package struct Tensor {
        let name: String
        let dtype: String
        let shape: [Int]
        let byteCount: Int
        /// Hands the bytes to the closure it is given, all at once or in parts.
        let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

        package init<Element: SafetensorsElement>(_ name: String, _ values: [Element]) {
            self.name = name
            dtype = Element.safetensorsName
            shape = [values.count]
            byteCount = values.count * MemoryLayout<Element>.stride
            withBytes = { try values.withUnsafeBytes($0) }
        }

        package init(_ name: String, _ matrix: Matrix) {
            self.name = name
            dtype = Float.safetensorsName
            shape = [matrix.rows, matrix.columns]
            byteCount = matrix.rows * matrix.columns * MemoryLayout<Float>.stride
            withBytes = { body in try matrix.withUnsafeElements { try body(UnsafeRawBufferPointer($0)) } }
        }

        /// A matrix that is made while it is written, a block of rows after the other.
        ///
        /// - Parameters:
        ///   - rowBlocks: All rows, in their order.
        ///   - fill: Writes the rows of a block, row by row.
        init(
            _ name: String, rowBlocks: [Range<Int>], columns: Int,
            fill: @escaping (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
        ) {
            self.name = name
            dtype = Float.safetensorsName
            let rows = rowBlocks.last?.upperBound ?? 0
            shape = [rows, columns]
            byteCount = rows * columns * MemoryLayout<Float>.stride
            withBytes = { body in
                var block = [Float](repeating: 0, count: (rowBlocks.map(\.count).max() ?? 0) * columns)
                for rows in rowBlocks {
                    try block.withUnsafeMutableBufferPointer { buffer in
                        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * columns)])
                        fill(rows, part)
                        try body(UnsafeRawBufferPointer(part))
                    }
                }
            }
        }
    }

    /// Writes and syncs a new file.
    package static func write(_ tensors: [Tensor], to url: URL) throws {
        let widestFirst = tensors.sorted {
            (SafetensorsEntry.elementSize(of: $0.dtype) ?? 1) > (SafetensorsEntry.elementSize(of: $1.dtype) ?? 1)
        }
        var entries: [String: SafetensorsEntry] = [:]
        var offset = 0
        for tensor in widestFirst {
            entries[tensor.name] = SafetensorsEntry(
                dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + tensor.byteCount])
            offset += tensor.byteCount
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var header = try encoder.encode(entries)
        header.append(contentsOf: [UInt8](repeating: UInt8(ascii: " "), count: (64 - (header.count + 8) % 64) % 64))

        let file = try SyncedFile(creating: url)
        var length = UInt64(header.count).littleEndian
        try withUnsafeBytes(of: &length) { try file.write($0) }
        try header.withUnsafeBytes { try file.write($0) }
        for tensor in widestFirst { try tensor.withBytes { try file.write($0) } }
        try file.finish()
    }
}

/// A safetensors file, mapped into memory and checked against its length before anything is read from it.
package struct SafetensorsFile: Sendable {
    private let mapping: MappedFile
    private let dataStart: Int
    private let entries: [String: SafetensorsEntry]
    private let name: String

    /// Headers above this are refused, as the reference implementation does.
    private static let longestHeader = 100_000_000

    package var names: [String] { entries.keys.sorted() }

    /// - Throws: ``ModelError`` for a file that is missing or not well formed.
    package init(contentsOf url: URL) throws(ModelError) {
        name = url.lastPathComponent
        mapping = try MappedFile(contentsOf: url)
        let bytes = mapping.bytes
        guard bytes.count >= 8 else { throw .damaged(file: name, reason: "shorter than its length field") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(min(Self.longestHeader, bytes.count - 8)) else {
            throw .damaged(file: name, reason: "the header would reach past the end of the file")
        }
        dataStart = 8 + Int(length)
        entries = try Self.header(of: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), file: name)
        for (tensor, entry) in entries {
            try Self.check(entry, named: tensor, dataCount: bytes.count - dataStart, file: name)
        }
    }

    private static func header(
        of bytes: UnsafeRawBufferPointer, file: String
    ) throws(ModelError) -> [String: SafetensorsEntry] {
        do {
            return try JSONDecoder().decode(Header.self, from: Data(bytes)).entries
        } catch {
            throw .damaged(file: file, reason: "the header is not the expected JSON")
        }
    }

    private static func check(
        _ entry: SafetensorsEntry, named tensor: String, dataCount: Int, file: String
    ) throws(ModelError) {
        guard let elementSize = SafetensorsEntry.elementSize(of: entry.dtype) else {
            throw .damaged(file: file, reason: "tensor '\(tensor)' has the unknown type '\(entry.dtype)'")
        }
        var byteCount = elementSize
        for size in entry.shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else {
                throw .damaged(file: file, reason: "tensor '\(tensor)' has an impossible shape")
            }
            byteCount = product
        }
        guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0,
            entry.data_offsets[0] <= entry.data_offsets[1], entry.data_offsets[1] <= dataCount,
            entry.data_offsets[1] - entry.data_offsets[0] == byteCount
        else { throw .damaged(file: file, reason: "tensor '\(tensor)' does not lie inside the file") }
    }

    private func entry(_ tensor: String, _ dtype: String) throws(ModelError) -> SafetensorsEntry {
        guard let entry = entries[tensor] else { throw .damaged(file: name, reason: "tensor '\(tensor)' is missing") }
        guard entry.dtype == dtype else {
            throw .damaged(file: name, reason: "tensor '\(tensor)' is \(entry.dtype), not \(dtype)")
        }
        return entry
    }

    private func bytes(_ entry: SafetensorsEntry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: mapping.bytes[(dataStart + entry.data_offsets[0])..<(dataStart + entry.data_offsets[1])])
    }

    /// A copy of a tensor of one dimension.
    ///
    /// - Parameter count: The number of elements that is required, if any.
    package func array<Element: SafetensorsElement>(
        _ tensor: String, of type: Element.Type, count: Int? = nil
    ) throws(ModelError) -> [Element] {
        let entry = try entry(tensor, Element.safetensorsName)
        guard entry.shape.count == 1, count == nil || entry.shape[0] == count else {
            throw .damaged(file: name, reason: "tensor '\(tensor)' has an unexpected shape")
        }
        // The array of no elements is one for the whole process, and would be written to by every thread.
        guard entry.shape[0] > 0 else { return [] }
        let source = bytes(entry)
        return [Element](unsafeUninitializedCapacity: entry.shape[0]) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            initialized = entry.shape[0]
        }
    }

    /// A tensor of two dimensions: a view of the mapped file, or a copy when the file does not align its numbers.
    package func matrix(_ tensor: String, rows: Int? = nil, columns: Int? = nil) throws(ModelError) -> Matrix {
        let entry = try entry(tensor, Float.safetensorsName)
        guard entry.shape.count == 2, rows == nil || entry.shape[0] == rows, columns == nil || entry.shape[1] == columns
        else { throw .damaged(file: name, reason: "tensor '\(tensor)' has an unexpected shape") }
        let source = bytes(entry)
        guard let base = source.baseAddress, source.count > 0 else {
            return Matrix(rows: entry.shape[0], columns: entry.shape[1])
        }
        if Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
            return Matrix(
                rows: entry.shape[0], columns: entry.shape[1], mapped: base.assumingMemoryBound(to: Float.self),
                owner: mapping)
        }
        var copy = Matrix(rows: entry.shape[0], columns: entry.shape[1])
        copy.withUnsafeMutableElements { UnsafeMutableRawBufferPointer($0).copyMemory(from: source) }
        return copy
    }
}

/// The header object: tensors by name, and an optional `__metadata__` of strings that is not kept.
private struct Header: Decodable {
    let entries: [String: SafetensorsEntry]

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var entries: [String: SafetensorsEntry] = [:]
        for key in container.allKeys where key.stringValue != "__metadata__" {
            entries[key.stringValue] = try container.decode(SafetensorsEntry.self, forKey: key)
        }
        self.entries = entries
    }
}
