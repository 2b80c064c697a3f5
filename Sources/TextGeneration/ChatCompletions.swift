import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Text from any endpoint that speaks the chat completions protocol: `POST BASE/chat/completions` with a model's name and
/// messages, answered by `choices[0].message.content`.
package struct ChatCompletions: TextGenerator {
    private static let longestAnswer = 1 << 20
    private static let attempts = 3

    /// An endpoint that refuses connections is to be reported, not waited for.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let url: String
    private let model: String
    private let key: String?
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - baseURL: Up to the version, such as `http://127.0.0.1:11434/v1`.
    ///   - key: Sent as a bearer token; nil sends none.
    ///   - timeoutSeconds: For one answer.
    /// - Throws: ``TextGenerationError`` for a base that is not an HTTP address.
    package init(baseURL: String, model: String, key: String?, timeoutSeconds: Int64 = 120) throws(TextGenerationError)
    {
        guard let parsed = URL(string: baseURL), let scheme = parsed.scheme?.lowercased(),
            ["http", "https"].contains(scheme), parsed.host?.isEmpty == false
        else { throw TextGenerationError("\(baseURL) is not an address like http://127.0.0.1:11434/v1") }
        url = (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/chat/completions"
        self.model = model
        self.key = key
        timeout = .seconds(timeoutSeconds)
    }

    package func text(following instructions: String, about material: String) async throws -> String {
        let body = try JSONEncoder().encode(
            Request(
                model: model,
                messages: [
                    .init(role: "system", content: instructions), .init(role: "user", content: material),
                ], temperature: 0))
        var attempt = 1
        while true {
            do throws(TextGenerationError) {
                return try await answer(to: body)
            } catch {
                try Task.checkCancellation()
                guard error.isPassing, attempt < Self.attempts else { throw TextGenerationError(error.description) }
                attempt += 1
                try await Task.sleep(for: .milliseconds(200 * attempt * attempt))
            }
        }
    }

    private func answer(to body: Data) async throws(TextGenerationError) -> String {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        request.body = .bytes(ByteBuffer(bytes: body))
        let status: HTTPResponseStatus
        let bytes: ByteBuffer
        do {
            let response = try await Self.client.execute(request, timeout: timeout)
            status = response.status
            bytes = try await response.body.collect(upTo: Self.longestAnswer)
        } catch {
            throw TextGenerationError("The endpoint \(url) did not answer: \(error)", isPassing: true)
        }
        guard status == .ok else {
            let text = String(decoding: bytes.readableBytesView.prefix(200), as: UTF8.self)
            throw TextGenerationError(
                "The endpoint \(url) answered with status \(status.code): \(text)",
                isPassing: status == .tooManyRequests || status.code >= 500)
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes.readableBytesView)),
            let content = answer.choices.first?.message.content
        else { throw TextGenerationError("The endpoint \(url) answered without choices[0].message.content.") }
        return content
    }

    private struct Request: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        let model: String
        let messages: [Message]
        let temperature: Int
    }

    private struct Answer: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable { let content: String }
            let message: Message
        }

        let choices: [Choice]
    }
}
