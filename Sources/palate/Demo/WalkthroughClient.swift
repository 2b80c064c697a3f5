import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PersonalizeAPI

/// Calls the service over HTTP as an AWS SDK does, with the wire shapes of the project.
struct WalkthroughClient {
    let endpoint: String
    let region: String

    /// Calls a Personalize operation.
    func call<Operation: PersonalizeOperation>(
        _: Operation.Type, _ input: Operation.Input
    ) async throws -> Operation.Output {
        var request = HTTPClientRequest(url: endpoint + Operation.path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: Operation.service.contentType)
        if Operation.service == .personalize {
            request.headers.add(name: "X-Amz-Target", value: "\(OperationRegistry.targetPrefix).\(Operation.name)")
        }
        request.body = .bytes(try ResponseEncoder.encode(input))
        let answer = try await send(request, to: "personalize", for: Operation.name)
        return try JSONDecoder().decode(Operation.Output.self, from: answer.isEmpty ? Data("{}".utf8) : answer)
    }

    func createBucket(_ bucket: String) async throws {
        try await put(nil, path: "/\(bucket)", for: "CreateBucket")
    }

    func putObject(_ file: URL, bucket: String, key: String) async throws {
        let content = try Data(contentsOf: file)
        try await put(ByteBuffer(bytes: content), path: "/\(bucket)/\(key)", for: "PutObject")
    }

    func putBucketPolicy(_ policy: String, bucket: String) async throws {
        try await put(ByteBuffer(string: policy), path: "/\(bucket)?policy", for: "PutBucketPolicy")
    }

    func deleteObject(bucket: String, key: String) async throws {
        try await delete(path: "/\(bucket)/\(key)", for: "DeleteObject")
    }

    func deleteBucket(_ bucket: String) async throws {
        try await delete(path: "/\(bucket)", for: "DeleteBucket")
    }

    /// Calls an IAM action, whose input is a form and whose answer is XML.
    func identity(_ action: String, _ parameters: [String: String]) async throws {
        var form = URLComponents()
        form.queryItems =
            [URLQueryItem(name: "Action", value: action), URLQueryItem(name: "Version", value: "2010-05-08")]
            + parameters.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key, value: $0.value) }
        var request = HTTPClientRequest(url: endpoint + "/")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: form.percentEncodedQuery ?? ""))
        _ = try await send(request, to: "iam", for: action)
    }

    private func put(_ body: ByteBuffer?, path: String, for operation: String) async throws {
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .PUT
        if let body { request.body = .bytes(body) }
        _ = try await send(request, to: "s3", for: operation)
    }

    private func delete(path: String, for operation: String) async throws {
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .DELETE
        _ = try await send(request, to: "s3", for: operation)
    }

    private func send(_ request: HTTPClientRequest, to service: String, for operation: String) async throws -> Data {
        var request = request
        // On loopback any key is accepted; the scope is what tells the services apart.
        request.headers.add(
            name: "Authorization",
            value: "AWS4-HMAC-SHA256 Credential=demo/\(Self.date)/\(region)/\(service)/aws4_request, "
                + "SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 16 << 20)
        guard (200..<300).contains(response.status.code) else {
            throw ServiceFailure(
                operation: operation, status: Int(response.status.code), answer: String(buffer: body),
                errorType: response.headers.first(name: "x-amzn-ErrorType"))
        }
        return Data(body.readableBytesView)
    }

    private static var date: String {
        String(Date().ISO8601Format().prefix(10)).replacing("-", with: "")
    }
}

/// An answer that is not a success.
struct ServiceFailure: Error, CustomStringConvertible {
    let operation: String
    let status: Int
    let answer: String
    let errorType: String?

    var isNotFound: Bool { errorType == "ResourceNotFoundException" }
    var description: String { "\(operation) answered \(status): \(answer)" }
}
