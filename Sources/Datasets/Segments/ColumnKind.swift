/// How a field is stored, which follows from the field and the dataset type alone.
///
/// Files of a field `F`, all little-endian:
/// - `identifier`, `category`: `F.codes` (UInt32 a row), `F.names` (the distinct values, UTF-8), `F.ends` (UInt64 a value)
/// - `eventType`: the same with UInt16 codes
/// - `text`: `F.text` (UTF-8 of all rows), `F.ends` (UInt64 a row)
/// - `timestamp`, `integer`: `F.values` (Int64); `eventValue`: Float; `number`: Double; `boolean`: UInt8 (2 marks a null)
enum ColumnKind: Sendable, Hashable {
    case identifier, eventType, eventValue, timestamp, category, text, integer, number, boolean

    init(_ field: SchemaField, in type: DatasetType) {
        if field.type == .string {
            if field.name == type.subjectField || (type.isInteractions && field.name == "USER_ID") {
                self = .identifier
            } else if type.isInteractions, field.name == "EVENT_TYPE" {
                self = .eventType
            } else {
                self = field.isCategorical ? .category : .text
            }
        } else if type.isInteractions, field.name == "EVENT_VALUE", field.type != .boolean {
            self = .eventValue
        } else {
            switch field.type {
            case .long where field.isTimestamp: self = .timestamp
            case .int, .long: self = .integer
            case .float, .double: self = .number
            case .boolean, .string: self = .boolean
            }
        }
    }
}
