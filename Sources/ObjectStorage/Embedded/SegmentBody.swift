import NIOCore

/// One file of an object's body. An object has one, or one for each part it was uploaded in.
struct BodySegment: Sendable {
    let file: String
    let size: Int64
}

/// Streams a range of bytes out of consecutive segments.
struct SegmentBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private static let readSize: Int64 = 256 * 1024

    fileprivate final class OpenFile: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { FileCalls.closeFile(descriptor) }
    }

    fileprivate struct Piece: Sendable {
        let path: String
        let range: Range<Int64>
    }

    private let pieces: [Piece]
    private let lease: BodyDirectory.Lease

    init(directory: BodyDirectory, segments: [BodySegment], range: Range<Int64>, lease: BodyDirectory.Lease) {
        var pieces: [Piece] = []
        var start: Int64 = 0
        for segment in segments {
            let whole = start..<(start + segment.size)
            let part = whole.clamped(to: range)
            if !part.isEmpty {
                pieces.append(
                    Piece(
                        path: directory.path(segment.file),
                        range: (part.lowerBound - start)..<(part.upperBound - start)))
            }
            start += segment.size
        }
        self.pieces = pieces
        self.lease = lease
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: pieces[...], lease: lease) }

    struct Iterator: AsyncIteratorProtocol {
        private var pieces: ArraySlice<Piece>
        private let lease: BodyDirectory.Lease
        private var file: OpenFile?
        private var offset: Int64 = 0

        fileprivate init(pieces: ArraySlice<Piece>, lease: BodyDirectory.Lease) {
            self.pieces = pieces
            self.lease = lease
        }

        mutating func next() async throws -> ByteBuffer? {
            guard let piece = pieces.first else { return nil }
            let open: OpenFile
            if let file {
                open = file
            } else {
                open = try await onDiskThread {
                    OpenFile(try FileCalls.openForReading(piece.path))
                }
                file = open
                offset = piece.range.lowerBound
            }
            let position = offset
            let wanted = Int(Swift.min(SegmentBody.readSize, piece.range.upperBound - position))
            let buffer = try await onDiskThread {
                var buffer = ByteBufferAllocator().buffer(capacity: wanted)
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
                    try FileCalls.read(
                        open.descriptor, at: position, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]))
                }
                return buffer
            }
            guard buffer.readableBytes == wanted else {
                throw ObjectStorageError.storageFailed("an object's body is shorter than its recorded size")
            }
            offset += Int64(wanted)
            if offset >= piece.range.upperBound {
                pieces.removeFirst()
                file = nil
            }
            return buffer
        }
    }
}
