import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

/// A request of the AWS Query protocol: one action and its parameters as a form, in body or query.
struct QueryProtocolRequest: Sendable {
    private static let largestForm = 1 << 20

    let action: String
    private let parameters: [String: String]

    init(_ request: Request) async throws {
        var request = request
        let query = request.uri.query ?? ""
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: Self.largestForm)
        } catch is NIOTooManyBytesError {
            throw QueryProtocolError("ValidationError", "The request is too large")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw QueryProtocolError("MalformedInput", "The request ended before its body was complete")
        }
        var parameters: [String: String] = [:]
        for item in query.split(separator: "&") + String(buffer: buffer).split(separator: "&") {
            let mark = item.firstIndex(of: "=") ?? item.endIndex
            guard let name = PercentEncoding.decode(item[..<mark], plusIsSpace: true),
                let value = PercentEncoding.decode(item[mark...].dropFirst(), plusIsSpace: true)
            else { throw QueryProtocolError("MalformedInput", "The request's form is not valid") }
            parameters[name] = value
        }
        self.parameters = parameters
        guard let action = parameters["Action"] else {
            throw QueryProtocolError("MissingAction", "The request must contain the parameter Action")
        }
        self.action = action
    }

    subscript(_ name: String) -> String? { parameters[name] }

    func required(_ name: String) throws(QueryProtocolError) -> String {
        guard let value = parameters[name] else {
            throw QueryProtocolError(
                "ValidationError",
                "1 validation error detected: Value null at '\(name.prefix(1).lowercased() + name.dropFirst())' failed "
                    + "to satisfy constraint: Member must not be null")
        }
        return value
    }

    /// The values `NAME.member.1`, `NAME.member.2`, …
    func list(_ name: String) -> [String] {
        var values: [String] = []
        while let value = parameters["\(name).member.\(values.count + 1)"] { values.append(value) }
        return values
    }

    /// The tags `Tags.member.N.Key` and `….Value`.
    func tags() -> [String: String] {
        var tags: [String: String] = [:]
        var number = 1
        while let key = parameters["Tags.member.\(number).Key"] {
            tags[key] = parameters["Tags.member.\(number).Value"] ?? ""
            number += 1
        }
        return tags
    }
}

struct QueryProtocolError: Error {
    var status: HTTPResponse.Status
    var code: String
    var message: String

    init(_ code: String, _ message: String, status: HTTPResponse.Status = .badRequest) {
        self.status = status
        self.code = code
        self.message = message
    }
}

/// Writes answers of one Query-protocol service.
struct QueryProtocolAnswers: Sendable {
    let namespace: String

    /// An answer whose result is empty, or left out.
    func success(_ action: String, _ context: PalateRequestContext, hasResult: Bool = true) -> Response {
        var writer = XMLWriter()
        writer.element("\(action)Response", namespace: namespace) { writer in
            if hasResult { writer.element("\(action)Result", "") }
            writer.element("ResponseMetadata") { $0.element("RequestId", context.requestIdentifier) }
        }
        return answer(.ok, writer, context)
    }

    func success(
        _ action: String, _ context: PalateRequestContext, result: (inout XMLWriter) throws -> Void
    ) rethrows -> Response {
        var writer = XMLWriter()
        try writer.element("\(action)Response", namespace: namespace) { writer in
            try writer.element("\(action)Result") { writer in try result(&writer) }
            writer.element("ResponseMetadata") { $0.element("RequestId", context.requestIdentifier) }
        }
        return answer(.ok, writer, context)
    }

    func failure(_ error: QueryProtocolError, _ context: PalateRequestContext) -> Response {
        var writer = XMLWriter()
        writer.element("ErrorResponse", namespace: namespace) { writer in
            writer.element("Error") { writer in
                writer.element("Type", error.status.code >= 500 ? "Receiver" : "Sender")
                writer.element("Code", error.code)
                writer.element("Message", error.message)
            }
            writer.element("RequestId", context.requestIdentifier)
        }
        return answer(error.status, writer, context)
    }

    private func answer(_ status: HTTPResponse.Status, _ writer: XMLWriter, _ context: PalateRequestContext) -> Response
    {
        var response = Response(status: status, xml: writer, type: "text/xml")
        response.headers.set("x-amzn-requestid", context.requestIdentifier)
        return response
    }
}
