package import Foundation

/// `dataset.json`: what a directory of column files holds, written last.
package struct SegmentManifest: Codable, Hashable {
    package struct File: Codable, Hashable {
        package var name: String
        package var bytes: Int
        /// XXH64 in hexadecimal.
        package var checksum: String
    }

    package static let fileName = "dataset.json"
    package static let currentFormat = 1

    package var format = currentFormat
    package var type: DatasetType
    package var fields: [SchemaField]
    package var rows: Int
    package var summary: ImportSummary
    package var files: [File]

    /// The manifest as stored, with a checksum over its canonical encoding beside it.
    private struct Envelope: Codable {
        var checksum: String
        var dataset: SegmentManifest
    }

    private struct FormatProbe: Decodable {
        struct Dataset: Decodable { var format: Int }
        var dataset: Dataset
    }

    private static func canonical(_ manifest: SegmentManifest) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(manifest)
    }

    private func checksum() throws -> String {
        try String(Self.canonical(self).withUnsafeBytes { Checksum.of($0) }, radix: 16)
    }

    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(Envelope(checksum: checksum(), dataset: self))
    }

    /// Decodes what `encoded()` made and checks it.
    package static func decode(_ data: Data, path: String) throws(SegmentError) -> SegmentManifest {
        let damaged = SegmentError(.damaged, path: path, "the description of the dataset is damaged")
        let manifest: SegmentManifest
        let checksum: String
        do {
            let format = try JSONDecoder().decode(FormatProbe.self, from: data).dataset.format
            guard format == currentFormat else {
                throw SegmentError(
                    .unsupportedVersion, path: path,
                    "the files have format \(format); this version reads \(currentFormat)")
            }
            let envelope = try JSONDecoder().decode(Envelope.self, from: data)
            manifest = envelope.dataset
            checksum = try manifest.checksum()
            guard checksum == envelope.checksum else { throw damaged }
        } catch let error as SegmentError {
            throw error
        } catch {
            throw damaged
        }
        guard manifest.rows >= 0, manifest.fields.allSatisfy({ AvroRecord.isFieldName($0.name) }) else { throw damaged }
        return manifest
    }
}
