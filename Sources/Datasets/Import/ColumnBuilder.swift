import Foundation

/// Turns the cells of one field into the field's column files.
struct ColumnBuilder {
    let field: SchemaField
    private let kind: ColumnKind
    private let maximumLength: Int
    private var table = IdentifierTable()
    private var candidates: [IdentifierTable.Candidate] = []
    private var values: ColumnOutput
    /// The ends of texts; nil for other kinds.
    private var ends: ColumnOutput?
    private var textBytes: UInt64 = 0
    private(set) var minimum = Int64.max
    private(set) var maximum = Int64.min
    private let directory: URL?
    private let capacity: Int

    enum Failure: Error {
        case cell(CellError)
        case storage(SegmentError)
    }

    init(_ field: SchemaField, in type: DatasetType, limits: DatasetLimits, directory: URL?, capacity: Int) {
        self.field = field
        self.directory = directory
        self.capacity = capacity
        kind = ColumnKind(field, in: type)
        let isIdentifier = kind == .identifier || kind == .eventType
        maximumLength = isIdentifier ? limits.maximumIdentifierLength : limits.maximumLength(of: field)
        let suffix =
            switch kind {
            case .identifier, .category, .eventType: "codes"
            case .text: "text"
            default: "values"
            }
        values = ColumnOutput(name: "\(field.name).\(suffix)", in: directory, capacity: capacity)
        ends = kind == .text ? ColumnOutput(name: "\(field.name).ends", in: directory, capacity: capacity) : nil
    }

    var distinctCount: Int { table.count }

    /// Appends cells until one is wrong, whose position in `cells` is returned with the failure.
    mutating func append(
        _ cells: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>
    ) -> (row: Int, failure: Failure)? {
        var row = 0
        do throws(Failure) {
            if kind == .identifier || kind == .category || kind == .eventType {
                table.gather(cells, into: &candidates)
                while row < cells.count {
                    if let code = table.match(candidates[row], cells[row]) {
                        try appendKnown(code)
                    } else {
                        try append(cells[row])
                    }
                    row += 1
                }
            } else {
                while row < cells.count {
                    try append(cells[row])
                    row += 1
                }
            }
        } catch {
            return (row, error)
        }
        return nil
    }

    @inline(__always)
    private mutating func appendKnown(_ code: UInt32) throws(Failure) {
        do throws(SegmentError) {
            if kind == .eventType {
                try values.append(UInt16(truncatingIfNeeded: code))
            } else {
                try values.append(code)
            }
        } catch {
            throw .storage(error)
        }
    }

    @inline(__always)
    private mutating func append(_ cell: UnsafeBufferPointer<UInt8>) throws(Failure) {
        guard !cell.isEmpty else {
            guard field.isNullable else {
                throw .cell(CellError(message: "is empty, but the field does not allow null", showsText: false))
            }
            return try appendNull()
        }
        do {
            switch kind {
            case .identifier, .category: try values.append(try code(cell))
            case .eventType:
                let code = try code(cell)
                guard code < UInt32(UInt16.max) else {
                    throw CellError(message: "is one event type too many; there are at most \(UInt16.max)")
                }
                try values.append(UInt16(truncatingIfNeeded: code))
            case .timestamp:
                let seconds = try CellParsing.timestamp(cell)
                minimum = min(minimum, seconds)
                maximum = max(maximum, seconds)
                try values.append(seconds)
            case .integer:
                let integer = try CellParsing.integer(cell)
                if field.type == .int, Int32(exactly: integer) == nil {
                    throw CellError(message: "is out of the range of an int")
                }
                try values.append(integer)
            case .number:
                let number = try CellParsing.number(cell)
                if field.type == .float, !Float(number).isFinite {
                    throw CellError(message: "is out of the range of a float")
                }
                try values.append(number.bitPattern)
            case .eventValue:
                let value = Float(try CellParsing.number(cell))
                guard value.isFinite else { throw CellError(message: "is out of the range of a float") }
                try values.append(value.bitPattern)
            case .boolean: try values.append(try CellParsing.boolean(cell) ? 1 : 0 as UInt8)
            case .text:
                try CellParsing.checkText(cell, maximumLength: maximumLength)
                try values.append(cell)
                textBytes += UInt64(cell.count)
                try ends?.append(textBytes)
            }
        } catch let error as CellError {
            throw .cell(error)
        } catch let error as SegmentError {
            throw .storage(error)
        } catch {
            throw .cell(CellError(message: "\(error)"))
        }
    }

    private mutating func appendNull() throws(Failure) {
        do throws(SegmentError) {
            switch kind {
            case .identifier, .category: try values.append(UInt32.max)
            case .eventType: try values.append(UInt16.max)
            case .timestamp, .integer: try values.append(MetadataColumn.nullInteger)
            case .number: try values.append(Double.nan.bitPattern)
            case .eventValue: try values.append(Float.nan.bitPattern)
            case .boolean: try values.append(2 as UInt8)
            case .text: try ends?.append(textBytes)
            }
        } catch {
            throw .storage(error)
        }
    }

    @inline(__always)
    private mutating func code(_ cell: UnsafeBufferPointer<UInt8>) throws(CellError) -> UInt32 {
        switch table.find(cell) {
        case .found(let code): return code
        case .absent(let probe): return try insert(cell, probe)
        }
    }

    /// Bytes are checked once, when they first appear.
    @inline(never)
    private mutating func insert(_ cell: UnsafeBufferPointer<UInt8>, _ probe: ByteHash.Probe) throws(CellError)
        -> UInt32
    {
        try CellParsing.checkText(cell, maximumLength: maximumLength)
        guard let code = table.insert(cell, probe) else {
            throw CellError(
                message: "is one distinct value too many; there are at most \(IdentifierTable.maximumCount)")
        }
        return code
    }

    /// The field's files, complete.
    mutating func finish() throws(SegmentError) -> [ColumnOutput] {
        var outputs = [values]
        if let ends { outputs.append(ends) }
        if kind == .identifier || kind == .category || kind == .eventType {
            var names = ColumnOutput(name: "\(field.name).names", in: directory, capacity: capacity)
            var nameEnds = ColumnOutput(name: "\(field.name).ends", in: directory, capacity: capacity)
            var failure: SegmentError?
            table.arena.withUnsafeBufferPointer { arena in
                do throws(SegmentError) { try names.append(arena) } catch { failure = error }
            }
            if let failure { throw failure }
            for end in table.ends { try nameEnds.append(UInt64(end)) }
            outputs += [names, nameEnds]
            table = IdentifierTable()
        }
        return outputs
    }
}
