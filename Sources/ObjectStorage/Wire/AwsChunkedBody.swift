package import NIOCore
import Synchronization

/// A body in the coding `aws-chunked` as the data it carries. ``trailers`` are there once it has been read to its end.
package struct AwsChunkedBody<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Base.Element == ByteBuffer {
    package typealias Element = ByteBuffer

    fileprivate final class Trailers: Sendable {
        let fields = Mutex<[String: String]>([:])
    }

    private let base: Base
    private let received = Trailers()
    private let signatures: ChunkSignatures?

    /// - Parameter signatures: verifies the chunks; nil when they need not be signed.
    package init(_ base: Base, signatures: ChunkSignatures? = nil) {
        self.base = base
        self.signatures = signatures
    }

    package var trailers: [String: String] { received.fields.withLock { $0 } }

    package func makeAsyncIterator() -> Iterator {
        Iterator(
            base: base.makeAsyncIterator(), received: received, decoder: AwsChunkedDecoder(signatures: signatures))
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let received: Trailers
        private var decoder: AwsChunkedDecoder
        private var ready: ArraySlice<ByteBuffer> = []
        private var ended = false

        fileprivate init(base: Base.AsyncIterator, received: Trailers, decoder: AwsChunkedDecoder) {
            self.base = base
            self.received = received
            self.decoder = decoder
        }

        package mutating func next() async throws -> ByteBuffer? {
            while true {
                if let buffer = ready.popFirst() { return buffer }
                if ended { return nil }
                if let input = try await base.next() {
                    ready = try decoder.decode(input)[...]
                } else {
                    ended = true
                    try decoder.finish()
                    let fields = decoder.trailers
                    received.fields.withLock { $0 = fields }
                }
            }
        }
    }
}
