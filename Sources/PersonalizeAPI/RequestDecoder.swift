import Foundation

/// Reads a request body into the input of an operation and checks its constraints.
package enum RequestDecoder {
    /// The largest body any operation needs: ten items of `PutItems` with properties of 32,000 characters each, escaped.
    package static let defaultMaximumBytes = 4 << 20
    /// Deeper than any shape of the three services.
    package static let maximumDepth = 64

    /// The input in `body`; an empty body is an empty object.
    ///
    /// - Throws: `SerializationException` for a body that is not a JSON object, `InvalidInputException` naming every
    ///   member that breaks a constraint (or the first that is missing or of the wrong type), and
    ///   `RequestEntityTooLargeException` over `maximumBytes`.
    package static func decode<Input: Decodable & Constrained>(
        _ type: Input.Type, from body: some Collection<UInt8>, maximumBytes: Int = defaultMaximumBytes
    ) throws(PersonalizeError) -> Input {
        guard body.count <= maximumBytes else {
            throw PersonalizeError(
                .requestEntityTooLargeException, "The request body must not be larger than \(maximumBytes) bytes.")
        }
        if let flat = flat(type, from: body) { return try checked(flat) }
        let data = body.isEmpty ? Data("{}".utf8) : Data(body)
        guard depth(of: data, isAtMost: maximumDepth) else {
            throw .serialization("The request is nested more than \(maximumDepth) levels deep.")
        }
        let input: Input
        do {
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
            input = try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw wireError(error)
        } catch {
            throw .serialization("The request is not valid JSON.")
        }
        return try checked(input)
    }

    /// The input in a body that ``FlatJSONObject`` reads; nil for any other, and for one that breaks a constraint.
    package static func decodeFlat<Input: FlatDecodable & Constrained>(
        _ type: Input.Type, from body: UnsafeBufferPointer<UInt8>
    ) -> Input? {
        guard let object = FlatJSONObject(body), let input = Input(object) else { return nil }
        var check = ConstraintCheck()
        input.checkConstraints(&check)
        return check.message == nil ? input : nil
    }

    private static func checked<Input: Constrained>(_ input: Input) throws(PersonalizeError) -> Input {
        var check = ConstraintCheck()
        input.checkConstraints(&check)
        if let message = check.message { throw .invalidInput(message) }
        return input
    }

    private static func flat<Input>(_ type: Input.Type, from body: some Collection<UInt8>) -> Input? {
        guard let type = type as? any FlatDecodable.Type else { return nil }
        let object = body.withContiguousStorageIfAvailable { FlatJSONObject($0) }
        return object.flatMap { $0 }.flatMap { type.init($0) } as? Input
    }

    private static func depth(of body: Data, isAtMost limit: Int) -> Bool {
        body.withUnsafeBytes { depth(of: $0, isAtMost: limit) }
    }

    private static func depth(of body: UnsafeRawBufferPointer, isAtMost limit: Int) -> Bool {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in body {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > limit { return false }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return true
    }

    private static func wireError(_ error: DecodingError) -> PersonalizeError {
        switch error {
        case .keyNotFound(let key, let context):
            return violation("Value null", at: context.codingPath + [key], "Member must not be null")
        case .valueNotFound(_, let context):
            return violation("Value null", at: context.codingPath, "Member must not be null")
        case .typeMismatch(let type, let context):
            return violation("Value", at: context.codingPath, "Member must be \(jsonName(of: type))")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return violation(
                "Value", at: context.codingPath, "Member must be a value of its type that can be represented")
        default:
            return .serialization("The request is not valid JSON, or has a number that no member can hold.")
        }
    }

    private static func violation(_ value: String, at path: [any CodingKey], _ constraint: String) -> PersonalizeError {
        if path.isEmpty { return .serialization("The request must be a JSON object.") }
        let member = path.map { key in key.intValue.map { "\($0 + 1).member" } ?? key.stringValue }
        return .invalidInput(
            ConstraintCheck.message(
                for: ["\(value) at '\(member.joined(separator: "."))' failed to satisfy constraint: \(constraint)"]))
    }

    private static func jsonName(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "a boolean"
        case is Int.Type: "an integer"
        case is Double.Type, is Float.Type: "a number"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }
}
