import Foundation

/// One column file being written: values gather in a small buffer and go to the file, or stay in memory, with a running
/// checksum.
///
/// The file is opened only while the buffer is flushed, so that a thousand columns need no thousand descriptors.
final class ColumnOutput {
    let name: String
    private let url: URL?
    private let capacity: Int
    private var buffer: [UInt8]
    private var used = 0
    private var checksum = Checksum()
    private(set) var byteCount = 0

    /// - Parameter directory: where the file is made; nil keeps the bytes in memory.
    init(name: String, in directory: URL?, capacity: Int) {
        self.name = name
        url = directory?.appendingPathComponent(name)
        self.capacity = max(capacity, 64)
        buffer = Array(repeating: 0, count: self.capacity)
    }

    @inline(__always)
    func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) throws(SegmentError) {
        if used + MemoryLayout<Value>.size > buffer.count { try makeRoom(MemoryLayout<Value>.size) }
        let offset = used
        buffer.withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self) }
        used = offset + MemoryLayout<Value>.size
    }

    func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(SegmentError) {
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            if used == buffer.count { try makeRoom(url == nil ? rest.count : 1) }
            let taken = min(rest.count, buffer.count - used)
            let offset = used
            buffer.withUnsafeMutableBytes { buffer in
                UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + taken])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<taken]))
            }
            used += taken
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    private func makeRoom(_ count: Int) throws(SegmentError) {
        if url == nil {
            buffer.append(contentsOf: repeatElement(0, count: max(buffer.count, count)))
        } else {
            try flush()
        }
    }

    private func flush() throws(SegmentError) {
        guard let url, used > 0 else { return }
        let file = try OutputFile(appendingTo: url)
        try file.write(buffer[..<used])
        file.close()
        buffer.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
        byteCount += used
        used = 0
    }

    /// Writes the rest, makes the file durable and says what it holds.
    func finish() throws(SegmentError) -> SegmentManifest.File? {
        guard let url else { return nil }
        try flush()
        let file = try OutputFile(appendingTo: url)
        try file.synchronize()
        file.close()
        return SegmentManifest.File(
            name: name, bytes: byteCount, checksum: String(checksum.value, radix: 16))
    }

    /// The bytes kept in memory, as numbers.
    func values<Element: BitwiseCopyable>(as: Element.Type) -> [Element] {
        let count = used / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { target, initialized in
            buffer.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(target)
                    .copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[..<(count * MemoryLayout<Element>.stride)]))
            }
            initialized = count
        }
    }
}
