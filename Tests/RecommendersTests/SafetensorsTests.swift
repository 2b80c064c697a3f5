import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct SafetensorsTests {
    private func write(to url: URL) throws -> Matrix {
        let matrix = try #require(Matrix([[1, 2, 3], [4, 5, -.infinity]]))
        try SafetensorsWriter.write(
            [
                .init("bytes", [UInt8(7), 8, 9]), .init("matrix", matrix), .init("wide", [Int64.min, 0, .max]),
                .init("doubles", [1.5, -2]), .init("none", [UInt32]()), .init("short", [UInt16.max]),
            ], to: url)
        return matrix
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("a.safetensors")
            let matrix = try write(to: url)
            let file = try SafetensorsFile(contentsOf: url)
            #expect(file.names == ["bytes", "doubles", "matrix", "none", "short", "wide"])
            #expect(try file.array("bytes", of: UInt8.self) == [7, 8, 9])
            #expect(try file.array("wide", of: Int64.self) == [.min, 0, .max])
            #expect(try file.array("doubles", of: Double.self) == [1.5, -2])
            #expect(try file.array("none", of: UInt32.self, count: 0) == [])
            #expect(try file.array("short", of: UInt16.self) == [.max])
            #expect(try file.matrix("matrix", rows: 2, columns: 3) == matrix)
        }
    }

    @Test func filesOfOtherWritersAreRead() throws {
        try withTemporaryDirectory { directory in
            // The tensor starts at an odd byte, and there is metadata.
            let header = #"{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#
            var data = Data()
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: header.utf8)
            withUnsafeBytes(of: Float(2.5)) { data.append(contentsOf: $0) }
            let url = directory.appendingPathComponent("b.safetensors")
            try data.write(to: url)
            #expect(try SafetensorsFile(contentsOf: url).matrix("x")[0, 0] == 2.5)
        }
    }

    @Test func aTensorOfAnotherTypeOrShapeIsRefused() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("a.safetensors")
            _ = try write(to: url)
            let file = try SafetensorsFile(contentsOf: url)
            #expect(throws: ModelError.self) { try file.array("bytes", of: Float.self) }
            #expect(throws: ModelError.self) { try file.array("bytes", of: UInt8.self, count: 4) }
            #expect(throws: ModelError.self) { try file.array("matrix", of: Float.self) }
            #expect(throws: ModelError.self) { try file.matrix("matrix", rows: 3) }
            #expect(throws: ModelError.self) { try file.matrix("absent") }
        }
    }

    @Test(arguments: [
        #"{"x":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"x":{"dtype":"Q5","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "[]", "{", "",
    ])
    func headersThatLieAreTypedErrors(_ header: String) throws {
        try withTemporaryDirectory { directory in
            var data = Data()
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: header.utf8)
            data.append(contentsOf: [0, 0, 0, 0])
            let url = directory.appendingPathComponent("c.safetensors")
            try data.write(to: url)
            #expect(throws: ModelError.self) { try SafetensorsFile(contentsOf: url) }
        }
    }

    @Test func arbitraryDamageNeverTraps() throws {
        try withTemporaryDirectory { directory in
            let original = directory.appendingPathComponent("a.safetensors")
            _ = try write(to: original)
            let bytes = [UInt8](try Data(contentsOf: original))
            var random = SeededGenerator(seed: 11)
            let url = directory.appendingPathComponent("d.safetensors")
            for _ in 0..<600 {
                var damaged = bytes
                for _ in 0...random.index(below: 4) {
                    damaged[random.index(below: damaged.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.index(below: 3) == 0 { damaged.removeLast(random.index(below: damaged.count)) }
                try Data(damaged).write(to: url)
                do {
                    let file = try SafetensorsFile(contentsOf: url)
                    for name in file.names {
                        _ = try? file.matrix(name)
                        _ = try? file.array(name, of: UInt8.self)
                        _ = try? file.array(name, of: Int64.self)
                    }
                } catch is ModelError {}
            }
        }
    }
}
