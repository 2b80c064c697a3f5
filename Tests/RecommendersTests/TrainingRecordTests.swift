import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct TrainingRecordTests {
    private func step(_ fraction: Double, _ stage: String = "a", _ measurements: [String: Double] = [:])
        -> TrainingProgress
    {
        TrainingProgress(fraction: fraction, stage: stage, measurements: measurements)
    }

    @Test func stepsWithoutNewsAreLeftOut() {
        var record = TrainingRecord()
        let steps = [step(0), step(0.001), step(0.001, "b"), step(0.001, "b", ["training_loss": 3]), step(0.5, "b")]
        let isKept = steps.enumerated().map { record.add($0.element, seconds: Double($0.offset)) }
        #expect(isKept == [true, false, true, true, true])
        #expect(record.points.map(\.seconds) == [0, 2, 3, 4])
    }

    @Test func pointsAreBoundedAndSpanTheWholeTraining() {
        var record = TrainingRecord()
        for index in 0...10_000 {
            record.add(
                step(Double(index) / 10_000, "fitting", ["training_loss": 1 / Double(index + 1)]),
                seconds: Double(index))
        }
        #expect(record.points.count <= TrainingRecord.pointLimit)
        #expect(record.points.count > TrainingRecord.pointLimit / 4)
        #expect(record.points.first?.seconds == 0)
        #expect(record.points.last?.seconds == 10_000)
        #expect(record.newest["training_loss"] == 1.0 / 10_001)
    }

    @Test func whatIsNotANumberIsNotKept() throws {
        var record = TrainingRecord()
        record.add(step(.nan, "a", ["training_loss": .nan, "validation_loss": .infinity, "kept": 1]), seconds: 0)
        #expect(record.points.first?.measurements == ["kept": 1])
        #expect(try JSONDecoder().decode(TrainingRecord.self, from: JSONEncoder().encode(record)) == record)
    }

    @Test func aModelKeepsHowItWasTrained() throws {
        let model = try Algorithm.ease.train(on: sampleInteractions())
        let record = try #require(model.training)
        #expect(record.points.first?.fraction ?? 1 < 0.1)
        #expect(record.points.last?.stage == "trained")
        #expect(record.announcedMemoryBytes ?? 0 > 0)
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            #expect(try TrainedModel(contentsOf: target).training == record)
            // A model of before there was such a file.
            try FileManager.default.removeItem(at: target.appendingPathComponent("training.json"))
            #expect(try TrainedModel(contentsOf: target).training == nil)
        }
    }
}
