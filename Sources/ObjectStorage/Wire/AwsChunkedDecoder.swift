package import NIOCore

/// Undoes the content coding `aws-chunked` piece by piece: `size[;chunk-signature=…]CRLF data CRLF … 0CRLF trailers CRLF`
/// ("Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks").
///
/// Accepts signed and unsigned chunks, with and without trailers. Signatures are verified when the way to do so is given,
/// else read over.
package struct AwsChunkedDecoder: Sendable {
    private enum Stage {
        case header, data(left: Int64), dataEnd, trailer, done
    }

    private static let longestLine = 8 * 1024
    private static let mostTrailers = 32

    private var stage = Stage.header
    private var line: [UInt8] = []
    /// Trailer fields by lower-case name, whole once ``isComplete``.
    package private(set) var trailers: [String: String] = [:]

    private static let trailerSignature = "x-amz-trailer-signature"

    private var signatures: ChunkSignatures?
    private var chunkSignature: String?
    private var signedFields: [(name: String, value: String)] = []

    package init(signatures: ChunkSignatures? = nil) {
        self.signatures = signatures
    }

    package var isComplete: Bool {
        if case .done = stage { true } else { false }
    }

    /// Takes all of `input` and returns the data in it.
    package mutating func decode(_ input: ByteBuffer) throws(ObjectStorageError) -> [ByteBuffer] {
        var input = input
        var output: [ByteBuffer] = []
        while input.readableBytes > 0 {
            switch stage {
            case .header:
                guard let text = try readLine(&input) else { return output }
                let size = try Self.chunkSize(text)
                chunkSignature = Self.chunkSignature(text)
                if size == 0 { try signatures?.finishChunk(chunkSignature) }
                stage = size == 0 ? .trailer : .data(left: size)
            case .data(let left):
                let count = Int(min(left, Int64(input.readableBytes)))
                if let slice = input.readSlice(length: count) {
                    signatures?.update(slice)
                    output.append(slice)
                }
                let remaining = left - Int64(count)
                if remaining == 0 { try signatures?.finishChunk(chunkSignature) }
                stage = remaining == 0 ? .dataEnd : .data(left: remaining)
            case .dataEnd:
                guard let text = try readLine(&input) else { return output }
                guard text.isEmpty else { throw .malformedChunk }
                stage = .header
            case .trailer:
                guard let text = try readLine(&input) else { return output }
                if text.isEmpty {
                    try finishTrailer()
                } else {
                    try addTrailer(text)
                }
            case .done:
                // Some clients close the body with one more line end.
                guard let byte = input.readInteger(as: UInt8.self), byte == 0x0D || byte == 0x0A else {
                    throw .malformedChunk
                }
            }
        }
        return output
    }

    /// To be called when the transport has ended. A body may leave out the empty line after its last chunk.
    package mutating func finish() throws(ObjectStorageError) {
        switch stage {
        case .done: return
        case .trailer:
            if !line.isEmpty {
                let text = line
                line = []
                try addTrailer(text)
            }
            try finishTrailer()
        default: throw .malformedChunk
        }
    }

    private mutating func finishTrailer() throws(ObjectStorageError) {
        if signatures?.signsTrailer == true {
            try signatures?.finishTrailer(trailers[Self.trailerSignature], fields: signedFields)
        } else if signatures != nil, !trailers.isEmpty {
            throw .chunkSignatureMismatch
        }
        stage = .done
    }

    /// A line without its end; nil when the end has not come yet.
    private mutating func readLine(_ input: inout ByteBuffer) throws(ObjectStorageError) -> [UInt8]? {
        while let byte = input.readInteger(as: UInt8.self) {
            if byte == 0x0A {
                if line.last == 0x0D { line.removeLast() }
                defer { line.removeAll(keepingCapacity: true) }
                return line
            }
            guard line.count < Self.longestLine else { throw .malformedChunk }
            line.append(byte)
        }
        return nil
    }

    private static func chunkSize(_ line: [UInt8]) throws(ObjectStorageError) -> Int64 {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard digits.count <= 15, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
            let size = Int64(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .malformedChunk }
        return size
    }

    private static func chunkSignature(_ line: [UInt8]) -> String? {
        for field in line.split(separator: UInt8(ascii: ";")).dropFirst() {
            let text = String(decoding: field, as: UTF8.self)
            if text.hasPrefix("chunk-signature=") { return String(text.dropFirst("chunk-signature=".count)) }
        }
        return nil
    }

    private mutating func addTrailer(_ line: [UInt8]) throws(ObjectStorageError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), trailers.count < Self.mostTrailers else {
            throw .malformedChunk
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        var value = line[(colon + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        let text = String(decoding: value, as: UTF8.self)
        trailers[name] = text
        if name != Self.trailerSignature { signedFields.append((name, text)) }
    }
}
