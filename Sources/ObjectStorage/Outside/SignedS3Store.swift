package import AsyncHTTPClient
package import Foundation
package import NIOCore
import NIOHTTP1

/// An S3 endpoint elsewhere, spoken to with signed requests and path-style addresses.
package struct SignedS3Store: ObjectStore {
    /// Bytes gathered into one part of an upload. Smaller objects go up in one request.
    static let partSize = 16 << 20
    private static let largestAnswer = 8 << 20

    private let endpoint: URL
    private let host: String
    private let signature: SignatureV4
    private let client: HTTPClient
    private let timeout: TimeAmount
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - endpoint: scheme, host and port, for example `http://127.0.0.1:9000`.
    ///   - timeout: for one whole request, its body included.
    package init(
        endpoint: String, region: String = "us-east-1", credentials: AWSCredentials, client: HTTPClient = .shared,
        timeout: TimeAmount = .hours(1), now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        guard let url = URL(string: endpoint), let name = url.host, url.scheme == "http" || url.scheme == "https" else {
            throw ObjectStorageError.storageFailed("'\(endpoint)' is not an http or https address")
        }
        self.endpoint = url
        host = url.port.map { "\(name):\($0)" } ?? name
        signature = SignatureV4(credentials: credentials, region: region, service: "s3")
        self.client = client
        self.timeout = timeout
        self.now = now
    }

    package func list(bucket: String, prefix: String, after token: String?, limit: Int) async throws -> ObjectPage {
        var query = [
            ("list-type", "2"), ("prefix", prefix), ("max-keys", "\(min(max(limit, 1), 1000))"),
            ("encoding-type", "url"),
        ]
        if let token { query.append(("continuation-token", token)) }
        let answer = try await send("GET", bucket: bucket, query: query)
        let root = try await document(answer)
        let isEncoded = root.text(of: "EncodingType") == "url"
        let objects = try root.all("Contents").map { item in
            guard let raw = item.text(of: "Key"), let size = item.text(of: "Size").flatMap({ Int64($0) }),
                let key = isEncoded ? PercentEncoding.decode(raw, plusIsSpace: true) : raw
            else { throw malformed("a listing without keys and sizes") }
            return ObjectSummary(
                key: key, size: size, etag: Self.unquoted(item.text(of: "ETag") ?? ""),
                modified: item.text(of: "LastModified").flatMap(WireDate.parseISO8601) ?? .distantPast)
        }
        let isTruncated = root.text(of: "IsTruncated") == "true"
        return ObjectPage(objects: objects, nextToken: isTruncated ? root.text(of: "NextContinuationToken") : nil)
    }

    package func head(bucket: String, key: String) async throws -> ObjectDescription {
        let answer = try await send("HEAD", bucket: bucket, key: key)
        return description(key, answer.headers)
    }

    package func read(bucket: String, key: String, range: Range<Int64>?) async throws -> ObjectBody {
        if let range, range.isEmpty { return ObjectBody(ByteBuffer()) }
        var headers: [String: String] = [:]
        if let range { headers["range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)" }
        let answer = try await send("GET", bucket: bucket, key: key, headers: headers)
        if let range, range.lowerBound > 0, answer.status != .partialContent {
            throw malformed("the whole object in answer to a range")
        }
        return ObjectBody(answer.body)
    }

    @discardableResult
    package func write<Body: AsyncSequence & Sendable>(
        bucket: String, key: String, contentType: String?, body: Body
    ) async throws -> ObjectDescription where Body.Element == ByteBuffer {
        var upload: PartialUpload?
        var pending = ByteBuffer()
        do {
            for try await buffer in body {
                pending.writeImmutableBuffer(buffer)
                while pending.readableBytes >= Self.partSize, let part = pending.readSlice(length: Self.partSize) {
                    try await addPart(part, to: &upload, bucket: bucket, key: key, contentType: contentType)
                    pending.discardReadBytes()
                }
            }
            if upload == nil {
                let headers = contentType.map { ["content-type": $0] } ?? [:]
                _ = try await send("PUT", bucket: bucket, key: key, headers: headers, body: pending)
            } else {
                if pending.readableBytes > 0 {
                    try await addPart(pending, to: &upload, bucket: bucket, key: key, contentType: contentType)
                }
                if let upload { try await complete(upload, bucket: bucket, key: key) }
            }
        } catch {
            if let upload {
                _ = try? await send("DELETE", bucket: bucket, key: key, query: [("uploadId", upload.id)])
            }
            throw error
        }
        return try await head(bucket: bucket, key: key)
    }

    package func delete(bucket: String, key: String) async throws {
        _ = try await send("DELETE", bucket: bucket, key: key)
    }

    package func policy(ofBucket bucket: String) async throws -> String? {
        do {
            let answer = try await send("GET", bucket: bucket, query: [("policy", "")])
            return String(buffer: try await answer.body.collect(upTo: Self.largestAnswer))
        } catch ObjectStorageError.remote(_, let code, _) where code == "NoSuchBucketPolicy" {
            return nil
        }
    }
}

extension SignedS3Store {
    private struct PartialUpload {
        let id: String
        var etags: [String] = []
    }

    private func addPart(
        _ part: ByteBuffer, to upload: inout PartialUpload?, bucket: String, key: String, contentType: String?
    ) async throws {
        var current: PartialUpload
        if let upload {
            current = upload
        } else {
            let headers = contentType.map { ["content-type": $0] } ?? [:]
            let answer = try await send("POST", bucket: bucket, key: key, query: [("uploads", "")], headers: headers)
            guard let id = try await document(answer).text(of: "UploadId") else {
                throw malformed("an upload without identifier")
            }
            current = PartialUpload(id: id)
            upload = current
        }
        let query = [("partNumber", "\(current.etags.count + 1)"), ("uploadId", current.id)]
        let answer = try await send("PUT", bucket: bucket, key: key, query: query, body: part)
        guard let etag = answer.headers.first(name: "etag") else { throw malformed("a part without ETag") }
        current.etags.append(etag)
        upload = current
    }

    private func complete(_ upload: PartialUpload, bucket: String, key: String) async throws {
        var writer = XMLWriter()
        writer.element("CompleteMultipartUpload") { writer in
            for (index, etag) in upload.etags.enumerated() {
                writer.element("Part") { writer in
                    writer.element("PartNumber", index + 1)
                    writer.element("ETag", etag)
                }
            }
        }
        let answer = try await send(
            "POST", bucket: bucket, key: key, query: [("uploadId", upload.id)],
            headers: ["content-type": "application/xml"], body: ByteBuffer(string: writer.document))
        // A completion may be answered 200 and fail in the body.
        let root = try await document(answer)
        if root.name == "Error" { throw Self.remote(200, root) }
    }

    private func send(
        _ method: String, bucket: String, key: String? = nil, query: [(String, String)] = [],
        headers: [String: String] = [:], body: ByteBuffer? = nil
    ) async throws -> HTTPClientResponse {
        let base = endpoint.path.hasSuffix("/") ? String(endpoint.path.dropLast()) : endpoint.path
        let encodedKey = key.map { "/" + PercentEncoding.encode($0, keeping: "/") } ?? ""
        let path = "\(base)/\(PercentEncoding.encode(bucket))\(encodedKey)"
        let hash = SignatureV4.hash(body ?? ByteBuffer())
        var unsigned = headers
        unsigned["host"] = host
        let signed = signature.signed(
            method: method, path: path, query: query, headers: unsigned, payloadHash: hash, date: now())
        let canonicalQuery = CanonicalRequest.query(query)
        var request = HTTPClientRequest(
            url: "\(endpoint.scheme ?? "http")://\(host)\(path)" + (query.isEmpty ? "" : "?\(canonicalQuery)"))
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in signed where name != "host" { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let answer = try await client.execute(request, timeout: timeout)
        guard (200..<300).contains(answer.status.code) else {
            throw try await failure(answer, bucket: bucket, key: key)
        }
        return answer
    }

    private func failure(_ answer: HTTPClientResponse, bucket: String, key: String?) async throws -> ObjectStorageError
    {
        let status = Int(answer.status.code)
        let body = (try? await answer.body.collect(upTo: Self.largestAnswer)) ?? ByteBuffer()
        let root = try? XMLReader.read(body.readableBytesView)
        switch root?.text(of: "Code") {
        case "NoSuchBucket": return .noSuchBucket(bucket)
        case "NoSuchKey": return .noSuchKey(key ?? "")
        // The answer to HEAD has no body to tell a bucket from a key.
        case nil where status == 404: return key.map { .noSuchKey($0) } ?? .noSuchBucket(bucket)
        default:
            return root.map { Self.remote(status, $0) }
                ?? .remote(status: status, code: "HTTP", message: "no reason given")
        }
    }

    private static func remote(_ status: Int, _ root: XMLElement) -> ObjectStorageError {
        .remote(status: status, code: root.text(of: "Code") ?? "Unknown", message: root.text(of: "Message") ?? "")
    }

    private func document(_ answer: HTTPClientResponse) async throws -> XMLElement {
        let body = try await answer.body.collect(upTo: Self.largestAnswer)
        do {
            return try XMLReader.read(body.readableBytesView)
        } catch {
            throw malformed("XML that cannot be read")
        }
    }

    private func malformed(_ what: String) -> ObjectStorageError {
        .remote(status: 200, code: "MalformedAnswer", message: "\(host) sent \(what)")
    }

    private func description(_ key: String, _ headers: HTTPHeaders) -> ObjectDescription {
        ObjectDescription(
            summary: ObjectSummary(
                key: key, size: headers.first(name: "content-length").flatMap { Int64($0) } ?? 0,
                etag: Self.unquoted(headers.first(name: "etag") ?? ""),
                modified: headers.first(name: "last-modified").flatMap(WireDate.parseHTTP) ?? .distantPast),
            contentType: headers.first(name: "content-type"))
    }

    private static func unquoted(_ etag: String) -> String {
        etag.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
}
