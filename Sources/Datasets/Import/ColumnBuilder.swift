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

    /// How long a cell takes, beside those of other columns.
    var effort: Int {
        switch kind {
        case .identifier, .category, .text: 3
        default: 2
        }
    }

    /// Appends cells until one is wrong, whose position in `cells` is returned with the failure.
    mutating func append(_ cells: ColumnCells) -> (row: Int, failure: Failure)? {
        switch kind {
        case .identifier, .category: return appendCodes(cells, null: UInt32.max)
        case .eventType: return appendCodes(cells, null: UInt16.max)
        case .timestamp: return appendTimestamps(cells)
        default: break
        }
        for row in 0..<cells.count {
            do throws(Failure) { try append(cells[row]) } catch { return (row, error) }
        }
        return nil
    }

    /// - Parameter null: What stands for an empty cell; codes are below it.
    @inline(__always)
    private mutating func appendCodes<Code: FixedWidthInteger & BitwiseCopyable>(
        _ cells: ColumnCells, null: Code
    ) -> (row: Int, failure: Failure)? {
        table.gather(cells, into: &candidates)
        return appendValues(cells) { builder, row, cell throws(CellError) in
            if let code = builder.table.match(builder.candidates[row], cell) { return Code(truncatingIfNeeded: code) }
            guard !cell.isEmpty else { return try builder.null(null) }
            let code = try builder.code(cell)
            guard code < null else {
                throw CellError(message: "is one event type too many; there are at most \(null)")
            }
            return Code(truncatingIfNeeded: code)
        }
    }

    private mutating func appendTimestamps(_ cells: ColumnCells) -> (row: Int, failure: Failure)? {
        appendValues(cells) { builder, _, cell throws(CellError) in
            guard !cell.isEmpty else { return try builder.null(MetadataColumn.nullInteger) }
            let seconds = try CellParsing.timestamp(cell)
            builder.minimum = min(builder.minimum, seconds)
            builder.maximum = max(builder.maximum, seconds)
            return seconds
        }
    }

    /// Appends a number for each cell.
    @inline(__always)
    private mutating func appendValues<Value: FixedWidthInteger & BitwiseCopyable>(
        _ cells: ColumnCells,
        _ value: (inout ColumnBuilder, _ row: Int, UnsafeBufferPointer<UInt8>) throws(CellError) -> Value
    ) -> (row: Int, failure: Failure)? {
        let target: UnsafeMutablePointer<Value>
        do throws(SegmentError) {
            target = try values.room(for: cells.count, of: Value.self)
        } catch {
            return (0, .storage(error))
        }
        var row = 0
        var failure: Failure?
        while row < cells.count {
            do throws(CellError) {
                target[row] = try value(&self, row, cells[row]).littleEndian
            } catch {
                failure = .cell(error)
                break
            }
            row += 1
        }
        values.use(row, of: Value.self)
        return failure.map { (row, $0) }
    }

    private func null<Value>(_ value: Value) throws(CellError) -> Value {
        guard field.isNullable else {
            throw CellError(message: "is empty, but the field does not allow null", showsText: false)
        }
        return value
    }

    @inline(__always)
    private mutating func append(_ cell: UnsafeBufferPointer<UInt8>) throws(Failure) {
        do {
            guard !cell.isEmpty else {
                try null(())
                return try appendNull()
            }
            switch kind {
            case .identifier, .category, .eventType, .timestamp: break
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

    private mutating func appendNull() throws(SegmentError) {
        switch kind {
        case .identifier, .category, .eventType, .timestamp: break
        case .integer: try values.append(MetadataColumn.nullInteger)
        case .number: try values.append(Double.nan.bitPattern)
        case .eventValue: try values.append(Float.nan.bitPattern)
        case .boolean: try values.append(2 as UInt8)
        case .text: try ends?.append(textBytes)
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
