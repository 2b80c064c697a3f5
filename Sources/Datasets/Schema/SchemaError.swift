/// Why a text is not a schema, or not a schema for the dataset at hand.
public struct SchemaError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case malformedJSON
        case notARecord
        case missingAttribute
        case wrongNamespace
        case unknownRecordName
        case datasetTypeMismatch
        case domainMismatch
        case noFields
        case malformedField
        case invalidFieldName
        case duplicateField
        case unsupportedType
        case invalidAttribute
        case missingRequiredField
        case wrongFieldType
        case nullNotAllowed
        case missingMetadataField
        case tooManyMetadataFields
        case tooManyTextualFields
    }

    public let reason: Reason
    /// The field at fault, if it is one field's fault.
    public let field: String?
    /// A sentence for the person who wrote the schema.
    public let message: String

    public init(_ reason: Reason, field: String? = nil, _ message: String) {
        self.reason = reason
        self.field = field
        self.message = message
    }
}

extension SchemaError: CustomStringConvertible {
    public var description: String { message }
}
