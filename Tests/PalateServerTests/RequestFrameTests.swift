import Datasets
import NIOCore
import NIOEmbedded
import NIOHTTP1
import PalateServer
import Testing

@Suite struct RequestFrameTests {
    static let plain =
        "POST /recommendations HTTP/1.1\r\nHost: localhost:8686\r\nAccept-Encoding: identity\r\nContent-Length: 16\r\n"
        + "User-Agent: Boto3/1.40 md/Botocore#1.40 ua/2.1\r\nX-Amz-Date:20261127T000000Z \r\n"
        + "Connection: Keep-Alive\r\n\r\n{\"userId\": \"u1\"}"

    static func read(_ text: String) -> RequestFrame.Reading { RequestFrame.read(Array(text.utf8).span) }

    /// The parts of a request as text.
    struct Parts: Equatable {
        var method = ""
        var target = ""
        var fields: [[String]] = []
        var body = ""
    }

    static func parts(_ frame: RequestFrame, of bytes: [UInt8]) -> Parts {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return Parts(
            method: text(frame.method), target: text(frame.target),
            fields: frame.fields.map { [text($0.name), text($0.value)] }, body: text(frame.body))
    }

    /// What the server's decoder makes of bytes: the requests, or nil when it refuses them.
    static func decoded(_ bytes: some Sequence<UInt8>) throws -> [Parts]? {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch { return nil }
        var requests: [Parts] = []
        var isOpen = false
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                guard head.isKeepAlive else { return nil }
                requests.append(
                    Parts(
                        method: head.method.rawValue, target: head.uri,
                        fields: head.headers.map { [$0.name, Self.trimmed($0.value)] }))
                isOpen = true
            case .body(let body): requests[requests.count - 1].body += String(buffer: body)
            case .end: isOpen = false
            }
        }
        return isOpen ? nil : requests
    }

    /// The decoder keeps the space after a value, which does not belong to it (RFC 9110, section 5.5).
    private static func trimmed(_ value: String) -> String {
        String(decoding: value.utf8.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
    }

    @Test func partsAreFound() throws {
        let bytes = Array((Self.plain + "POST").utf8)
        guard case .whole(let frame) = RequestFrame.read(bytes.span) else { return #expect(Bool(false)) }
        #expect(frame.count == Self.plain.utf8.count)
        let parts = Self.parts(frame, of: bytes)
        #expect(parts.method == "POST")
        #expect(parts.target == "/recommendations")
        #expect(parts.body == "{\"userId\": \"u1\"}")
        #expect(
            parts.fields.map { $0[1] }.prefix(5) == [
                "localhost:8686", "identity", "16", "Boto3/1.40 md/Botocore#1.40 ua/2.1", "20261127T000000Z",
            ])
        #expect(try Self.decoded(bytes[..<frame.count]) == [parts])
        let found = frame.value(of: Array("x-amz-date".utf8), in: bytes.span)
        let date = try #require(found)
        #expect(String(decoding: bytes[date], as: UTF8.self) == "20261127T000000Z")
    }

    @Test func everyBeginningIsIncomplete() {
        let bytes = Array(Self.plain.utf8)
        for count in bytes.indices {
            let reading = RequestFrame.read(Array(bytes[..<count]).span)
            #expect(reading == .incomplete)
        }
    }

    @Test(arguments: [
        "POST /x HTTP/1.0\r\n\r\n", "CONNECT /x HTTP/1.1\r\n\r\n", "PU /x HTTP/1.1\r\n\r\n", "POST x HTTP/1.1\r\n\r\n",
        "post /x HTTP/1.1\r\n\r\n", "POST  /x HTTP/1.1\r\n\r\n",
        "POST /x HTTP/1.1\nHost: a\r\n\r\n", "POST /x HTTP/1.1\r\nHost : a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "POST /x HTTP/1.1\r\nHost: \u{E9}\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\tb\r\n\r\n", "POST /x HTTP/1.1\r\n: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST /x HTTP/1.1\r\nContent-Length: +1\r\n\r\na", "POST /x HTTP/1.1\r\nContent-Length:\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /x HTTP/1.1\r\nContent-Length: 16385\r\n\r\n", "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /x HTTP/1.1\r\nEXPECT: 100-continue\r\n\r\n", "POST /x HTTP/1.1\r\nConnection: close\r\n\r\n",
        "POST /x HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\r\nPOST /x HTTP/1.1\r\n\r\n",
    ])
    func whatIsNotStrictIsLeft(_ text: String) { #expect(Self.read(text) == .other) }

    @Test func longRequestsAreLeft() {
        let start = "POST /x HTTP/1.1\r\nHost: "
        #expect(Self.read(start + String(repeating: "a", count: 10_000)) == .incomplete)
        #expect(Self.read(start + String(repeating: "a", count: RequestFrame.mostBytes)) == .other)
        #expect(Self.read("GET /x HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 65) + "\r\n") == .other)
    }

    /// Whatever the reader takes, the server's decoder takes in the same way.
    @Test func whatIsTakenIsWhatTheDecoderTakes() throws {
        let pieces: [[UInt8]] = [
            "\r\n", "\n", "\r", " ", "\t", ":", "a", "Z", "0", "9", "-", "Content-Length: 3\r\n",
            "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n", "Connection: keep-alive\r\n", "Connection: close\r\n", "Host: h\r\n",
            "GET / HTTP/1.1\r\n", "HTTP/1.1", "\u{0}", "\u{7F}", "\u{E9}", "X-Y:  z  \r\n", "X-Y:\r\n",
            "Keep-Alive: 5\r\n",
            "Proxy-Connection: close\r\n", "/", "?a=b",
        ].map { Array($0.utf8) }
        let starts = [
            Self.plain, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
            "PUT /b/k?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        ].map { Array($0.utf8) }
        var generator = SeededGenerator(seed: 7)
        var taken = 0
        for _ in 0..<30_000 {
            var bytes = starts[Int.random(in: starts.indices, using: &generator)]
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.insert(contentsOf: pieces[Int.random(in: pieces.indices, using: &generator)], at: place)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...3, using: &generator)))
                default: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &generator) }
                }
            }
            guard case .whole(let frame) = RequestFrame.read(bytes.span) else { continue }
            taken += 1
            let request = bytes[..<frame.count]
            let text = String(decoding: request, as: UTF8.self)
            #expect(try Self.decoded(request) == [Self.parts(frame, of: bytes)], "\(text)")
        }
        #expect(taken > 5_000)
    }
}
