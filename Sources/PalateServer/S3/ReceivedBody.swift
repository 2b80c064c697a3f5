import Hummingbird
import NIOCore
import ObjectStorage

/// A request's body; one that ends before it is complete is the client's mistake, not the store's.
struct ReceivedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    /// The value of `Content-Length`, 0 without one.
    let declared: Int64

    func makeAsyncIterator() -> Iterator { Iterator(base: body.makeAsyncIterator(), declared: declared) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: RequestBody.AsyncIterator
        fileprivate let declared: Int64
        private var received: Int64 = 0

        fileprivate init(base: RequestBody.AsyncIterator, declared: Int64) {
            self.base = base
            self.declared = declared
        }

        mutating func next() async throws -> ByteBuffer? {
            do {
                let buffer = try await base.next()
                received += Int64(buffer?.readableBytes ?? 0)
                return buffer
            } catch let error as CancellationError {
                throw error
            } catch {
                throw ObjectStorageError.sizeMismatch(declared: declared, received: received)
            }
        }
    }
}
