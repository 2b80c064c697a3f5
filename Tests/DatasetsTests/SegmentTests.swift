import Datasets
import Foundation
import Testing

@Suite struct SegmentTests {
    private func makeDataset(in place: URL) throws -> URL {
        let schema = try DatasetSchema.interactions([
            SchemaField(name: "EVENT_TYPE", type: .string),
            SchemaField(name: "EVENT_VALUE", type: .float, isNullable: true),
            SchemaField(name: "DEVICE", type: .string, isNullable: true, isCategorical: true),
            SchemaField(name: "IMPRESSION", type: .string, isNullable: true),
            SchemaField(name: "MOBILE", type: .boolean),
        ])
        var csv = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE,IMPRESSION,MOBILE\n"
        for row in 0..<50 {
            csv += "u\(row % 7),i\(row % 11),\(row),t\(row % 3),\(row % 2 == 0 ? "" : "1.5"),d\(row % 4),i1|i2,true\n"
        }
        let directory = place.appendingPathComponent("dataset")
        _ = try importText(csv, schema: schema, into: directory)
        return directory
    }

    private func files(_ directory: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            .map { directory.appendingPathComponent($0) }
    }

    @Test func damageToAnyFileIsATypedError() throws {
        try withTemporaryDirectory { place in
            let directory = try makeDataset(in: place)
            _ = try Interactions(contentsOf: directory)
            let files = try files(directory)
            let contents = try files.map { try Data(contentsOf: $0) }
            var random = SeededGenerator(seed: 31)
            for _ in 0..<4_000 {
                let index = random.index(below: files.count)
                var data = contents[index]
                switch random.index(below: 6) {
                case 0: data = data.prefix(random.index(below: data.count))
                case 1: data.append(UInt8(truncatingIfNeeded: random.next()))
                case 2:
                    let bit = random.index(below: data.count * 8)
                    data[bit / 8] ^= 1 << (bit % 8)
                case 3: data = Data((0..<data.count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
                case 4: try FileManager.default.removeItem(at: files[index])
                default:
                    let at = random.index(below: data.count)
                    data[at] = data[at] &+ 1
                }
                if FileManager.default.fileExists(atPath: files[index].path) { try data.write(to: files[index]) }
                if data != contents[index] || !FileManager.default.fileExists(atPath: files[index].path) {
                    do {
                        let loaded = try Interactions(contentsOf: directory)
                        // White space in the description can change without a loss.
                        #expect(files[index].lastPathComponent == SegmentManifest.fileName)
                        #expect(loaded.count == 50)
                    } catch {
                        #expect(error is SegmentError)
                    }
                }
                try contents[index].write(to: files[index])
            }
            _ = try Interactions(contentsOf: directory)
        }
    }

    /// The checksums are right here, so that what the files say is what is tested.
    @Test func forgedContentsNeverTrap() throws {
        try withTemporaryDirectory { place in
            let directory = try makeDataset(in: place)
            let file = directory.appendingPathComponent(SegmentManifest.fileName)
            let original = try SegmentManifest.decode(Data(contentsOf: file), path: file.path)
            let contents = try Dictionary(
                uniqueKeysWithValues: original.files.map { entry in
                    (entry.name, [UInt8](try Data(contentsOf: directory.appendingPathComponent(entry.name))))
                })
            var random = SeededGenerator(seed: 37)
            var refused = 0
            for _ in 0..<3_000 {
                var manifest = original
                let index = random.index(below: manifest.files.count)
                let name = manifest.files[index].name
                var bytes = contents[name] ?? []
                switch random.index(below: 5) {
                case 0: bytes = Array(bytes.prefix(random.index(below: bytes.count + 1)))
                case 1: bytes += (0..<random.index(below: 64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                case 2: manifest.rows = [0, 1, 49, 51, Int.max][random.index(below: 5)]
                case 3: manifest.type = DatasetType.allCases[random.index(below: 5)]
                default:
                    for _ in 0...random.index(below: 8) where !bytes.isEmpty {
                        bytes[random.index(below: bytes.count)] =
                            [0xFF, 0, 0x80, UInt8(truncatingIfNeeded: random.next())][
                                random.index(below: 4)]
                    }
                }
                if random.index(below: 10) == 0 {
                    manifest.fields.remove(at: random.index(below: manifest.fields.count))
                }
                manifest.files[index].bytes = bytes.count
                manifest.files[index].checksum = String(bytes.withUnsafeBytes { Checksum.of($0) }, radix: 16)
                try Data(bytes).write(to: directory.appendingPathComponent(name))
                try manifest.encoded().write(to: file)
                do {
                    let loaded = try Interactions(contentsOf: directory)
                    #expect(loaded.userIndices.allSatisfy { Int($0) < loaded.users.count })
                    #expect(loaded.itemIndices.allSatisfy { Int($0) < loaded.items.count })
                    for column in loaded.contextColumns {
                        #expect(column.count == loaded.count)
                        if case .categorical(let categories) = column.values {
                            for row in 0..<loaded.count {
                                _ = categories[row].count + (categories.text(ofRow: row) ?? "").count
                            }
                        }
                    }
                } catch {
                    refused += 1
                }
                try Data(contents[name] ?? []).write(to: directory.appendingPathComponent(name))
            }
            #expect(refused > 500)
        }
    }

    @Test func anotherFormatIsNamedAsSuch() throws {
        try withTemporaryDirectory { place in
            let directory = try makeDataset(in: place)
            let file = directory.appendingPathComponent(SegmentManifest.fileName)
            var manifest = try SegmentManifest.decode(Data(contentsOf: file), path: file.path)
            manifest.format = 99
            try manifest.encoded().write(to: file)
            let error = #expect(throws: SegmentError.self) { try Interactions(contentsOf: directory) }
            #expect(error?.reason == .unsupportedVersion)
        }
    }

    @Test func nothingImportedIsNotFound() throws {
        try withTemporaryDirectory { place in
            let error = #expect(throws: SegmentError.self) { try Interactions(contentsOf: place) }
            #expect(error?.reason == .notFound)
        }
    }

    @Test func anImportNeverReplacesAnother() throws {
        try withTemporaryDirectory { place in
            let directory = try makeDataset(in: place)
            let early = #expect(throws: SegmentError.self) {
                _ = try DatasetImport(schema: .interactions(), into: directory)
            }
            #expect(early?.reason == .alreadyExists)

            let target = place.appendingPathComponent("other")
            let job = try DatasetImport(schema: .interactions(), into: target, limits: .withoutMinimums)
            try job.beginFile("f")
            try job.consume(Array("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1\n".utf8))
            try job.finishFile()
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: target.appendingPathComponent("x"))
            let late = #expect(throws: SegmentError.self) { try job.finish() }
            #expect(late?.reason == .alreadyExists)
        }
    }

    @Test func aDroppedImportLeavesNothing() throws {
        try withTemporaryDirectory { place in
            do {
                let job = try DatasetImport(
                    schema: .interactions(), into: place.appendingPathComponent("d"), limits: .withoutMinimums)
                try job.beginFile("f")
                #expect(try files(place).count == 1)
            }
            #expect(try files(place).isEmpty)
        }
    }

    @Test func leftoversOfACrashAreRecognisedAndRemoved() throws {
        try withTemporaryDirectory { place in
            let directory = try makeDataset(in: place)
            let job = try DatasetImport(
                schema: .interactions(), into: place.appendingPathComponent("crashed"), limits: .withoutMinimums)
            try job.beginFile("f")
            try job.consume(Array("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1\n".utf8))
            let names = try files(place).map(\.lastPathComponent)
            #expect(names.filter(DatasetDirectory.isUnfinished).count == 1)
            let removed = try DatasetDirectory.removeUnfinished(in: place)
            #expect(removed.count == 1)
            #expect(try files(place).map(\.lastPathComponent) == ["dataset"])
            #expect(try Interactions(contentsOf: directory).count == 50)
            #expect(try DatasetDirectory.removeUnfinished(in: place.appendingPathComponent("absent")).isEmpty)
            job.cancel()
        }
    }

    @Test func manyRowsCrossEveryBufferAndComeBack() throws {
        try withTemporaryDirectory { place in
            let world = GeneratedWorld(.init(users: 5_000, items: 3_000, events: 200_000, seed: 9))
            let csv = place.appendingPathComponent("w.csv")
            let bytes = try world.writeInteractions(to: csv)
            let directory = place.appendingPathComponent("d")
            let job = try DatasetImport(
                schema: DatasetSchema(json: GeneratedWorld.interactionsSchema), into: directory)
            try job.importFile(csv)
            let summary = try job.finish()
            #expect(summary.rows == 200_000)
            #expect(summary.bytes == bytes)
            let memory = world.interactions()
            for loaded in [try Interactions(contentsOf: directory), try InteractionsFile.read(csv: csv)] {
                #expect(loaded.users == memory.users)
                #expect(loaded.items == memory.items)
                #expect(loaded.userIndices == memory.userIndices)
                #expect(loaded.itemIndices == memory.itemIndices)
                #expect(loaded.timestamps == memory.timestamps)
                let types = try #require(loaded.eventTypeIndices).map { loaded.eventTypes[Int($0)] }
                #expect(try types == #require(memory.eventTypeIndices).map { memory.eventTypes[Int($0)] })
            }
        }
    }
}
