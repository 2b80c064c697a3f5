/// Memory that holds floats: allocated by this process and zeroed, or a part of a mapped file.
///
/// The one place of the module where a pointer outlives a closure. Whoever holds the buffer holds its memory: an
/// allocated one is freed with the last reference, a mapped one keeps `owner` (the mapping) alive.
final class FloatBuffer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    let isMapped: Bool
    private let owner: AnyObject?

    init(zeroed count: Int) {
        let capacity = max(count, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
        pointer = raw.initializeMemory(as: Float.self, repeating: 0, count: capacity)
        self.count = count
        isMapped = false
        owner = nil
    }

    init(copying other: FloatBuffer) {
        let capacity = max(other.count, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: capacity)
        pointer.initialize(from: other.pointer, count: other.count)
        count = other.count
        isMapped = false
        owner = nil
    }

    /// Floats inside a read-only mapping. Never written to: a matrix over it copies itself first.
    init(mapped pointer: UnsafePointer<Float>, count: Int, owner: AnyObject) {
        self.pointer = UnsafeMutablePointer(mutating: pointer)
        self.count = count
        isMapped = true
        self.owner = owner
    }

    deinit {
        if !isMapped { UnsafeMutableRawPointer(pointer).deallocate() }
    }
}
