import Foundation

/// One column file being written: values gather in a small buffer and go to the file, or stay in memory, with a running
/// checksum.
///
/// The file is opened only while the buffer is flushed, so that a thousand columns need no thousand descriptors. A value
/// of this type has one owner; copies would share the buffer.
struct ColumnOutput {
    let name: String
    private let url: URL?
    private var storage: Storage
    private var used = 0
    private var checksum = Checksum()
    private(set) var byteCount = 0

    /// The buffer's memory. Its fields never change, so that the hot path has no reference counting or exclusivity checks.
    private final class Storage {
        let base: UnsafeMutableRawPointer
        let capacity: Int

        init(capacity: Int) {
            self.capacity = capacity
            base = .allocate(byteCount: capacity, alignment: 16)
        }

        deinit { base.deallocate() }
    }

    /// Room for the values of a batch of rows.
    private static let leastCapacity = 1 << 10

    /// - Parameter directory: where the file is made; nil keeps the bytes in memory.
    init(name: String, in directory: URL?, capacity: Int) {
        self.name = name
        url = directory?.appendingPathComponent(name)
        storage = Storage(capacity: max(capacity, Self.leastCapacity))
    }

    @inline(__always)
    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) throws(SegmentError) {
        if used + MemoryLayout<Value>.size > storage.capacity { try makeRoom(MemoryLayout<Value>.size) }
        storage.base.storeBytes(of: value.littleEndian, toByteOffset: used, as: Value.self)
        used += MemoryLayout<Value>.size
    }

    /// Where the next values go, with room for `count` of them. Every value of a column is of this type.
    ///
    /// Valid until something else is appended; see ``use(_:of:)``.
    @inline(__always)
    mutating func room<Value: FixedWidthInteger & BitwiseCopyable>(
        for count: Int, of type: Value.Type
    ) throws(SegmentError) -> UnsafeMutablePointer<Value> {
        let needed = count * MemoryLayout<Value>.size
        if used + needed > storage.capacity { try makeRoom(needed) }
        return (storage.base + used).assumingMemoryBound(to: Value.self)
    }

    /// Appends what was written to ``room(for:of:)``, in little-endian order.
    @inline(__always)
    mutating func use<Value: FixedWidthInteger & BitwiseCopyable>(_ count: Int, of type: Value.Type) {
        used += count * MemoryLayout<Value>.size
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(SegmentError) {
        var rest = UnsafeRawBufferPointer(bytes)
        while let source = rest.baseAddress, !rest.isEmpty {
            if used == storage.capacity { try makeRoom(url == nil ? rest.count : 1) }
            let taken = min(rest.count, storage.capacity - used)
            (storage.base + used).copyMemory(from: source, byteCount: taken)
            used += taken
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    @inline(never)
    private mutating func makeRoom(_ count: Int) throws(SegmentError) {
        if url == nil {
            let larger = Storage(capacity: storage.capacity + max(storage.capacity, count))
            larger.base.copyMemory(from: storage.base, byteCount: used)
            storage = larger
        } else {
            try flush()
        }
    }

    private mutating func flush() throws(SegmentError) {
        guard let url, used > 0 else { return }
        let bytes = UnsafeRawBufferPointer(start: storage.base, count: used)
        let file = try OutputFile(appendingTo: url)
        try file.write(bytes)
        file.beginSynchronizing(byteCount..<(byteCount + used))
        file.close()
        checksum.update(bytes)
        byteCount += used
        used = 0
    }

    /// Writes the rest, makes the file durable and says what it holds.
    mutating func finish() throws(SegmentError) -> SegmentManifest.File? {
        guard let url else { return nil }
        try flush()
        let file = try OutputFile(appendingTo: url)
        try file.synchronize()
        file.close()
        return SegmentManifest.File(name: name, bytes: byteCount, checksum: String(checksum.value, radix: 16))
    }

    /// The bytes kept in memory, as numbers.
    func values<Element: BitwiseCopyable>(as: Element.Type) -> [Element] {
        let count = used / MemoryLayout<Element>.stride
        guard count > 0 else { return [] }
        return [Element](unsafeUninitializedCapacity: count) { target, initialized in
            UnsafeMutableRawBufferPointer(target)
                .copyMemory(
                    from: UnsafeRawBufferPointer(start: storage.base, count: count * MemoryLayout<Element>.stride))
            initialized = count
        }
    }
}
