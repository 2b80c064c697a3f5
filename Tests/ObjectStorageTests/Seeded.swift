import Foundation
import NIOCore
import ObjectStorage

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}

extension AsyncSequence where Element == ByteBuffer {
    func collected() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in self { bytes += buffer.readableBytesView }
        return bytes
    }
}

/// An asynchronous body of the given buffers, which may end in an error.
func body(_ buffers: [[UInt8]], failingWith error: (any Error)? = nil) -> AsyncThrowingStream<ByteBuffer, any Error> {
    AsyncThrowingStream { continuation in
        for bytes in buffers { continuation.yield(ByteBuffer(bytes: bytes)) }
        continuation.finish(throwing: error)
    }
}

func body(_ text: String) -> ObjectBody { ObjectBody(ByteBuffer(string: text)) }

/// A store in a directory of its own, removed afterwards.
func withStore(_ work: (EmbeddedObjectStore, String) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "palate-store-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try EmbeddedObjectStore(directory: directory)
    try await store.createBucket("bucket", region: "us-east-1")
    try await work(store, directory)
}

func files(in directory: String) -> Set<String> {
    let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
    return Set(
        names.filter {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(directory)/\($0)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        })
}
