package import NIOCore

/// An object's bytes as they arrive, in buffers of no particular size.
package struct ObjectBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let makeSource: @Sendable () -> any BodySource

    package init<Base: AsyncSequence & Sendable>(_ base: Base) where Base.Element == ByteBuffer {
        makeSource = { SequenceSource(iterator: base.makeAsyncIterator()) }
    }

    /// All of `buffer` at once.
    package init(_ buffer: ByteBuffer) {
        makeSource = { SingleBufferSource(buffer: buffer) }
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(source: makeSource())
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var source: any BodySource

        package mutating func next() async throws -> ByteBuffer? {
            try await source.next()
        }
    }
}

private protocol BodySource {
    mutating func next() async throws -> ByteBuffer?
}

private struct SequenceSource<Base: AsyncIteratorProtocol>: BodySource where Base.Element == ByteBuffer {
    var iterator: Base

    mutating func next() async throws -> ByteBuffer? { try await iterator.next() }
}

private struct SingleBufferSource: BodySource {
    var buffer: ByteBuffer?

    mutating func next() async throws -> ByteBuffer? {
        defer { buffer = nil }
        guard let buffer, buffer.readableBytes > 0 else { return nil }
        return buffer
    }
}
