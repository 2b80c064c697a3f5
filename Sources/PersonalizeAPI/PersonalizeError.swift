import Foundation

/// An error as a client sees it.
package struct PersonalizeError: Error, Sendable, Hashable, CustomStringConvertible {
    package var code: ErrorCode
    package var message: String

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error as `operation` may answer it: one that the service model gives to other operations becomes the
    /// `InvalidInputException` that says the same.
    package func modelled(for operation: any PersonalizeOperation.Type) -> Self {
        guard code.isModelled, !operation.errors.contains(code) else { return self }
        return .invalidInput(message)
    }

    package var description: String { "\(code.rawValue): \(message)" }

    package func httpStatus(for service: PersonalizeService) -> Int { code.httpStatus(for: service) }

    /// The value of the `x-amzn-ErrorType` header, which REST-JSON clients read before the body. Harmless in AWS JSON.
    package var errorTypeHeader: String { code.rawValue }

    /// The response body: AWS JSON names the error in `__type`, REST-JSON in the header alone.
    package func body(for service: PersonalizeService) -> [UInt8] {
        let wire = WireError(type: service == .personalize ? code.rawValue : nil, message: message)
        // Two strings always encode; the fallback keeps the error's name should Foundation ever disagree.
        return (try? ResponseEncoder.encode(wire)) ?? Array("{\"__type\":\"\(code.rawValue)\"}".utf8)
    }

    private struct WireError: Encodable {
        let type: String?
        let message: String

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
        }
    }
}

extension PersonalizeError: LocalizedError {
    package var errorDescription: String? { description }
}

extension PersonalizeError {
    package static func invalidInput(_ message: String) -> Self { Self(.invalidInputException, message) }
    package static func notFound(_ message: String) -> Self { Self(.resourceNotFoundException, message) }
    package static func alreadyExists(_ message: String) -> Self { Self(.resourceAlreadyExistsException, message) }
    package static func inUse(_ message: String) -> Self { Self(.resourceInUseException, message) }
    package static func limitExceeded(_ message: String) -> Self { Self(.limitExceededException, message) }
    package static func invalidNextToken(_ message: String) -> Self { Self(.invalidNextTokenException, message) }
    package static func serialization(_ message: String) -> Self { Self(.serializationException, message) }
}
