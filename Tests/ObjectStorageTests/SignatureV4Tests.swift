import Foundation
import NIOCore
import ObjectStorage
import Testing

/// The signatures are those that botocore 1.43 computes for the same requests.
@Suite struct SignatureV4Tests {
    private let date = Date(timeIntervalSince1970: 1_440_938_160)

    private func authorization(
        _ method: String, host: String, path: String, query: [(String, String)] = [], headers: [String: String] = [:],
        body: String = "", token: String? = nil
    ) -> String {
        let signature = SignatureV4(
            credentials: AWSCredentials(
                accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token),
            region: "us-east-1", service: "s3")
        return signature.signed(
            method: method, path: path, query: query, headers: headers.merging(["host": host]) { $1 },
            payloadHash: SignatureV4.hash(ByteBuffer(string: body)), date: date)["authorization"] ?? ""
    }

    private static let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, "

    @Test func `A path with encoded bytes is signed as sent`() {
        let path = "/b/" + PercentEncoding.encode("a b/ü+%.csv", keeping: "/")
        #expect(
            authorization("GET", host: "example.com", path: path) == Self.scope
                + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                + "Signature=83b69a4614506300a4446939d3e544eb15be1a8d1a24541921056deb71c1a84c")
    }

    @Test func `A query is signed in order and encoded`() {
        let query = [
            ("list-type", "2"), ("prefix", "a b/"), ("max-keys", "1000"), ("encoding-type", "url"),
        ]
        #expect(
            authorization("GET", host: "example.com", path: "/b", query: query).hasSuffix(
                "Signature=e5537f5353e16a01ad7cbb37010b36b28351022d6f6da6d211a19b49ab29f25c"))
    }

    @Test func `Headers, a body and a session token are signed`() {
        #expect(
            authorization(
                "PUT", host: "127.0.0.1:9000", path: "/b/k", query: [("partNumber", "2"), ("uploadId", "x==")],
                headers: ["content-type": "text/csv"], body: "hello", token: "TOKEN") == Self.scope
                + "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                + "Signature=9b0d55aa8f6c034423cf9d57fc8c17a2fe21dd08489e3585f70f86cda5102501")
    }

    @Test func `Percent-encoding comes back for any text`() {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<500 {
            let text = String(decoding: random.bytes(20), as: UTF8.self)
            #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
        }
        for malformed in ["%", "%4", "%zz", "%ff"] { #expect(PercentEncoding.decode(malformed) == nil) }
        #expect(PercentEncoding.decode("a+b%2B", plusIsSpace: true) == "a b+")
    }
}

@Suite struct WireDateTests {
    @Test func `Both forms name the same moment and come back`() throws {
        let date = Date(timeIntervalSince1970: 1_440_938_160.25)
        #expect(WireDate.iso8601(date) == "2015-08-30T12:36:00.250Z")
        #expect(WireDate.http(date) == "Sun, 30 Aug 2015 12:36:00 GMT")
        var random = SeededGenerator(seed: 41)
        for _ in 0..<1000 {
            let seconds = Int.random(in: -2_000_000_000...20_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(WireDate.parseHTTP(WireDate.http(date)) == date)
            #expect(WireDate.parseISO8601(WireDate.iso8601(date)) == date)
        }
    }

    @Test(arguments: ["", "now", "Sun, 99 Aug 2015 12:36:00 GMT", "Sun, 30 Foo 2015 12:36:00 GMT", "2015"])
    func `What is not a date is refused`(text: String) {
        #expect(WireDate.parseHTTP(text) == nil)
        #expect(WireDate.parseISO8601(text) == nil)
    }
}
