import Foundation

/// Where the columns of an import are read from: a directory of column files, or memory.
protocol ColumnSource {
    var type: DatasetType { get }
    var fields: [SchemaField] { get }
    var rows: Int { get }
    /// For messages.
    var path: String { get }

    /// The values of a column file, undamaged, in number as the file has.
    func load<Element: BitwiseCopyable>(_ name: String, as: Element.Type) throws(SegmentError) -> [Element]
}

extension ColumnSource {
    func damaged(_ field: SchemaField, _ message: String) -> SegmentError {
        SegmentError(.damaged, path: path, "the column \(field.name) \(message)")
    }

    /// One value for each row.
    func rowValues<Element: BitwiseCopyable>(
        _ field: SchemaField, _ suffix: String, as: Element.Type
    ) throws(SegmentError) -> [Element] {
        let values = try load("\(field.name).\(suffix)", as: Element.self)
        guard values.count == rows else { throw damaged(field, "has \(values.count) values for \(rows) rows") }
        return values
    }

    /// Codes that are all below `count`, or the null code where the field allows null.
    func codes<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ field: SchemaField, below count: Int, as: Code.Type
    ) throws(SegmentError) -> [Code] {
        let codes = try rowValues(field, "codes", as: Code.self)
        var largest: Code = 0
        var hasNull = false
        for code in codes {
            if code == .max { hasNull = true } else { largest = max(largest, code) }
        }
        let hasCode = !codes.isEmpty && (!hasNull || codes.contains { $0 != .max })
        guard !hasCode || Int(largest) < count, !hasNull || field.isNullable else {
            throw damaged(field, "refers to values that it does not have")
        }
        return codes
    }

    /// Texts stored as bytes and ends; the ends must not decrease and must end where the bytes do.
    func texts(_ field: SchemaField, bytes suffix: String) throws(SegmentError) -> [String] {
        let bytes = try load("\(field.name).\(suffix)", as: UInt8.self)
        let ends = try load("\(field.name).ends", as: UInt64.self)
        guard ends.last ?? 0 == UInt64(bytes.count) else { throw damaged(field, "has texts of the wrong length") }
        var texts: [String] = []
        texts.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            guard let end = Int(exactly: end), end >= start, end <= bytes.count else {
                throw damaged(field, "has texts of the wrong length")
            }
            let text = bytes.withUnsafeBufferPointer { bytes -> String? in
                String(validating: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
            }
            guard let text else { throw damaged(field, "has a text that is not UTF-8") }
            texts.append(text)
            start = end
        }
        return texts
    }

    func vocabulary(_ field: SchemaField) throws(SegmentError) -> Vocabulary {
        let names = try texts(field, bytes: "names")
        let vocabulary = Vocabulary(names)
        guard vocabulary.count == names.count else { throw damaged(field, "has the same value twice") }
        return vocabulary
    }

    func metadataColumn(_ field: SchemaField) throws(SegmentError) -> MetadataColumn {
        let values: MetadataColumn.Values
        switch ColumnKind(field, in: type) {
        case .category, .identifier, .eventType:
            let cells = try vocabulary(field)
            values = .categorical(
                CategoricalColumn(cells: cells, codes: try codes(field, below: cells.count, as: UInt32.self)))
        case .text:
            let texts = try texts(field, bytes: "text")
            guard texts.count == rows else { throw damaged(field, "has \(texts.count) values for \(rows) rows") }
            values = .text(texts)
        case .timestamp, .integer:
            values = .integers(try rowValues(field, "values", as: Int64.self))
        case .number: values = .numbers(try rowValues(field, "values", as: Double.self))
        case .eventValue:
            values = .numbers(try rowValues(field, "values", as: Float.self).map(Double.init))
        case .boolean:
            let bytes = try rowValues(field, "values", as: UInt8.self)
            guard bytes.allSatisfy({ $0 <= 2 }) else { throw damaged(field, "has a value that is not a boolean") }
            values = .booleans(bytes.map { $0 == 2 ? nil : $0 == 1 })
        }
        return MetadataColumn(field: field, values: values)
    }

    func field(_ name: String, _ kind: ColumnKind) throws(SegmentError) -> SchemaField {
        guard let field = fields.first(where: { $0.name == name }), ColumnKind(field, in: type) == kind else {
            throw SegmentError(.damaged, path: path, "the column \(name) is missing")
        }
        return field
    }
}

/// The column files of a finished import.
struct SegmentDirectory: ColumnSource {
    let url: URL
    let manifest: SegmentManifest

    var type: DatasetType { manifest.type }
    var fields: [SchemaField] { manifest.fields }
    var rows: Int { manifest.rows }
    var path: String { url.path }

    init(_ url: URL) throws(SegmentError) {
        self.url = url
        let file = url.appendingPathComponent(SegmentManifest.fileName)
        guard FileSystem.exists(file) else {
            throw SegmentError(.notFound, path: url.path, "there is no imported dataset here")
        }
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw SegmentError(.inputOutput, path: file.path, "cannot read the file: \(error.localizedDescription)")
        }
        manifest = try SegmentManifest.decode(data, path: file.path)
    }

    func load<Element: BitwiseCopyable>(_ name: String, as: Element.Type) throws(SegmentError) -> [Element] {
        let file = url.appendingPathComponent(name)
        guard let entry = manifest.files.first(where: { $0.name == name }),
            entry.bytes % MemoryLayout<Element>.stride == 0
        else { throw SegmentError(.damaged, path: file.path, "the file is not described") }
        let values = try FileSystem.read(file, count: entry.bytes / MemoryLayout<Element>.stride, as: Element.self)
        let checksum = values.withUnsafeBytes { Checksum.of($0) }
        guard String(checksum, radix: 16) == entry.checksum else {
            throw SegmentError(.damaged, path: file.path, "the file's checksum is not the one written")
        }
        return values
    }
}

/// The columns of an import that stayed in memory.
struct MemoryColumns: ColumnSource {
    let type: DatasetType
    let fields: [SchemaField]
    let rows: Int
    let path: String
    let outputs: [String: ColumnOutput]

    func load<Element: BitwiseCopyable>(_ name: String, as: Element.Type) throws(SegmentError) -> [Element] {
        guard let output = outputs[name] else {
            throw SegmentError(.damaged, path: path, "the column file \(name) is missing")
        }
        return output.values(as: Element.self)
    }
}
