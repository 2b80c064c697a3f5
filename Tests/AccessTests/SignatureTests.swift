import Access
import Foundation
import ObjectStorage
import Testing

/// Signatures are those that botocore 1.43 computes for the same requests.
@Suite struct SignatureTests {
    struct Fact: Sendable {
        var method: String
        var target: String
        var service: String
        var headers: [String: String]
        var signature: String

        init(_ method: String, _ target: String, _ service: String, _ headers: [String: String], _ signature: String) {
            self.method = method
            self.target = target
            self.service = service
            self.headers = headers
            self.signature = signature
        }

        var signedHeaders: [String] {
            (headers.keys + ["host", "x-amz-date"] + (service == "s3" ? ["x-amz-content-sha256"] : [])).sorted()
        }

        /// The headers as they go over the wire.
        var wire: [(name: String, value: String)] {
            var all = headers.map { (name: $0.key, value: $0.value) }
            all += [("Host", "example.com:8686"), ("X-Amz-Date", "20150830T123600Z")]
            if service == "s3" { all.append(("X-Amz-Content-SHA256", SignatureV4.hash(Data()))) }
            all.append(
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, "
                        + "SignedHeaders=\(signedHeaders.joined(separator: ";")), Signature=\(signature)"
                ))
            return all
        }

        var request: SignedRequest { SignedRequest(method: method, target: target, headers: wire) }
        var destination: KeyRole.Service { KeyRole.Service(rawValue: service) ?? .s3 }
    }

    // swift-format-ignore
    static let facts = [
        Fact("GET", "/", "s3", [:], "c4f9c6ae28598ca1a5ac7c042915decf42c8ebed058a7599fdfd698dfefa08df"),
        Fact("GET", "/b/a%20b/%C3%BC%2B%25.csv", "s3", [:], "c1bcfa83d173500bf036506ed840e3d2228136c6c27f0f57a1b88a9db10aa6ca"),
        Fact("GET", "/b//x/../y", "s3", [:], "e5a831c52a9e3fcb3e0ec2c888e350b6bc8c6fc21d72ac90b5005bb40d290e10"),
        Fact("PUT", "/b/%21%27%28%29%2A~?acl", "s3", ["x-amz-meta-text": "  two   spaces "], "a1b8b352f082cec256e6c924c4a5491ad680992d96419b577cfe44690afd19fd"),
        Fact("GET", "/b?prefix=a%2Fb&list-type=2&delimiter=%2F&a=", "s3", [:], "2d8946e8fd2e892f94e4dea9a1f30b31ede25764327940dd85336f5458597adb"),
        Fact("GET", "/b?x=2&x=10&x=1&X=0", "s3", [:], "33e1dc0f7e342ee4bb3cbc159d3196ec70d77eaf16fccfaf671ba487bd57e5ce"),
        Fact("GET", "/b/%E2%98%83?versionId=%3D%3D", "s3", ["range": "bytes=0-1"], "1d59d59a96c15b4e186b1d64735e58018d98839bcf9e831bfde492493887d8d2"),
        Fact("POST", "/", "personalize", ["x-amz-target": "AmazonPersonalize.ListSchemas", "content-type": "application/x-amz-json-1.1"], "0509243c0741102e0eef6a1d4e9423febbc6bfa03429884aeccf57b0320a771c"),
        Fact("POST", "/recommendations", "personalize", ["content-type": "application/json"], "44e3bbae8d3a478ef89ade67c6630d310880a79f5c5740212ef97603392e4bfe"),
        Fact("POST", "/a%20b/../c//d/./e%2Ff/", "personalize", [:], "af702f54c4c0eb54bcb220974c1d167fd10c075455b60aa1b9d0e01f0e95a24d"),
        Fact("POST", "/../..", "sts", [:], "792604f4ff17f2f7b89b10084a6fba0f6b71b9880a5e97e806573cb6dabd0b09"),
        Fact("GET", "/?Version=2011-06-15&Action=GetCallerIdentity", "sts", ["my-header": "a  b, c"], "10278f4f2e2e0193bfd1cd4fb32083c6e78dcd51735ef17a8f74a1211dc7581e"),
    ]

    // swift-format-ignore
    static let presigned = [
        ("s3", "/b/a%20b?versionId=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature=6062b796676a1b3149895213efca76fefdf859b87ade8b1ac420ebcfb9c7b93b"),
        ("sts", "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature=8c64745e962e6255fdbb0b7513bcbf7fdcd241cd2229bf3cab1668efd7a6e244"),
    ]

    @Test(arguments: facts) func `A request that botocore signed is let in`(fact: Fact) async throws {
        try await withControl { control in
            let verified = try await control.verify(fact.request, for: fact.destination) { SignatureV4.hash(Data()) }
            #expect(verified.grant.arn == "arn:aws:iam::123456789012:user/example")
        }
    }

    @Test(arguments: presigned) func `A URL that botocore presigned is let in until it ends`(
        service: String, target: String
    ) async throws {
        let service = try #require(KeyRole.Service(rawValue: service))
        let request = SignedRequest(method: "GET", target: target, headers: [("host", "example.com:8686")])
        try await withControl(secondsLater: 300) { control in
            _ = try await control.verify(request, for: service) { SignatureV4.hash(Data()) }
        }
        try await withControl(secondsLater: 301) { control in
            await #expect(throws: AccessFailure.expired(signed: signingDate, lifetime: 300)) {
                _ = try await control.verify(request, for: service) { SignatureV4.hash(Data()) }
            }
        }
    }

    @Test func `A request is good for fifteen minutes, and not before its time`() async throws {
        let fact = Self.facts[0]
        for (seconds, isGood) in [(-901.0, false), (-900, true), (900, true), (901, false)] {
            try await withControl(secondsLater: seconds) { control in
                let verified = try? await control.verify(fact.request, for: .s3) { "" }
                #expect((verified != nil) == isGood)
            }
        }
    }

    @Test(arguments: facts) func `No byte of a request can be changed`(fact: Fact) async throws {
        try await withControl { control in
            func isLetIn(_ method: String, _ target: String, _ headers: [(name: String, value: String)]) async -> Bool {
                let request = SignedRequest(method: method, target: target, headers: headers)
                return (try? await control.verify(request, for: fact.destination) { SignatureV4.hash(Data()) }) != nil
            }
            #expect(await !isLetIn("DELETE", fact.target, fact.wire))
            let mark = fact.target.firstIndex(of: "?") ?? fact.target.endIndex
            let otherPath = fact.target[..<mark] + "z" + fact.target[mark...]
            #expect(await !isLetIn(fact.method, String(otherPath), fact.wire))
            #expect(await !isLetIn(fact.method, fact.target + (fact.target.contains("?") ? "&" : "?") + "z", fact.wire))
            #expect(await !isLetIn(fact.method, fact.target, fact.wire + [("x-amz-new", "1")]))
            for index in fact.wire.indices {
                var headers = fact.wire
                headers[index].value += "1"
                #expect(await !isLetIn(fact.method, fact.target, headers), "\(headers[index].name)")
                headers.remove(at: index)
                #expect(await !isLetIn(fact.method, fact.target, headers))
            }
        }
    }

    @Test func `A body that is not the signed one is refused`() async throws {
        let fact = try #require(Self.facts.first { $0.service == "personalize" })
        try await withControl { control in
            await #expect(throws: AccessFailure.signatureMismatch) {
                _ = try await control.verify(fact.request, for: .personalize) { SignatureV4.hash(Data("{}".utf8)) }
            }
        }
    }

    @Test func `Arbitrary signatures in header and query are refused, and none stops the process`() async throws {
        var random = Random(state: 7)
        let header = Array((Self.facts[0].wire.last?.value ?? "").utf8)
        let target = Array(Self.presigned[0].1.utf8)
        try await withControl { control in
            for round in 0..<4000 {
                let isHeader = round.isMultiple(of: 2)
                var bytes = isHeader ? header : target
                for _ in 0...random.below(6) {
                    let place = random.below(bytes.count)
                    switch random.below(3) {
                    case 0: bytes[place] = UInt8(random.below(256))
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(contentsOf: bytes.prefix(random.below(40)), at: place)
                    }
                }
                guard bytes != (isHeader ? header : target) else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                let fields: [(name: String, value: String)] =
                    isHeader
                    ? Self.facts[0].wire.dropLast() + [("authorization", text)] : [("host", "example.com:8686")]
                let request = SignedRequest(method: "GET", target: isHeader ? "/" : text, headers: fields)
                let verified = try? await control.verify(request, for: .s3) { "" }
                // A change may say the same in another spelling; then what it says is still what was signed.
                if verified != nil {
                    let same =
                        isHeader || PercentEncoding.decode(text, plusIsSpace: true)?.contains("versionId=1") == true
                    #expect(same, "\(text)")
                }
            }
        }
    }
}

let signingDate = Date(timeIntervalSince1970: 1_440_938_160)

/// Over a store with the key of the published examples.
func withControl(
    role: KeyRole = .admin, secondsLater: Double = 0, _ work: (AccessControl) async throws -> Void
) async throws {
    try await withDirectory { directory in
        let keys = try KeyStore(directory: directory)
        try keys.insert(
            AccessKey(id: "AKIDEXAMPLE", role: role, name: "example", created: signingDate),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        try await work(
            AccessControl(
                keys: keys, account: "123456789012", region: "us-east-1", acceptsAnyKeyWhenNoneExists: false,
                now: { signingDate.addingTimeInterval(secondsLater) }))
    }
}

func withDirectory(_ work: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(
        path: "palate-keys-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await work(directory)
}

/// A linear congruential generator: the same numbers in every run.
struct Random {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return limit > 0 ? Int((state >> 33) % UInt64(limit)) : 0
    }
}
