import Datasets
import Filters
import Foundation
import GRDB
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Recommenders

/// Answers every line of a batch segment job's input with users.
struct BatchSegmentation {
    let controlPlane: ControlPlane

    func run(_ job: JobRow) async throws {
        let segmentation: BatchSegmentJobResource = try await controlPlane.describe(job.arn)
        let version: SolutionVersionResource = try await controlPlane.describe(segmentation.solutionVersionArn)
        let objects = try await controlPlane.batchObjects(of: segmentation)
        let segments = try await segments(of: segmentation, version: version)
        let bucket = try S3Location(parsing: segmentation.input.path).bucket
        try await checkLineCount(of: objects, in: bucket, segments.queries)
        let progress = BatchProgress(of: objects, job: job.arn, in: controlPlane.progress)
        for object in objects {
            _ = try await controlPlane.answerBatchObject(
                object, of: segmentation, groupSize: segments.groupSize, progress: progress
            ) { lines, _ in Self.answers(to: lines, segments) }
        }
        try await Activation(controlPlane: controlPlane).run(job)
    }

    private static func answers(to lines: [InputLine], _ segments: UserSegments) -> ByteBuffer {
        var buffer = ByteBuffer()
        for (line, segment) in zip(lines, segments.segments(for: lines)) {
            switch segment {
            case .success(let users):
                buffer.writeBytes(BatchRecord.result(of: line) { $0.member("usersList", users) })
            case .failure(let error): buffer.writeBytes(BatchRecord.failure(of: line, error))
            }
        }
        return buffer
    }

    private func segments(
        of job: BatchSegmentJobResource, version: SolutionVersionResource
    ) async throws -> UserSegments {
        guard let outcome = version.outcome, version.status == .active else {
            throw JobFailure(reason: "The solution version \(version.arn) is not ACTIVE.")
        }
        let model = try TrainedModel(
            contentsOf: controlPlane.directories.models.appending(path: outcome.modelDirectory))
        guard let affinity = model.affinity else {
            throw JobFailure(reason: "The solution version \(version.arn) makes no segments of users.")
        }
        return UserSegments(
            model: model, affinity: affinity, queries: try await queries(model, version),
            filter: try await filter(of: job, model, version), count: job.resultCount ?? UserSegments.defaultCount)
    }

    private func queries(_ model: TrainedModel, _ version: SolutionVersionResource) async throws
        -> UserSegments.Queries
    {
        guard model.algorithm == .itemAttributeAffinity else { return .items }
        guard let dataset = try await controlPlane.dataset(.items, ofGroup: version.datasetGroupArn) else {
            throw JobFailure(reason: "The dataset group \(version.datasetGroupArn) has no items dataset any more.")
        }
        let contents = DatasetContents(controlPlane: controlPlane)
        return .attributes(
            of: FilterCatalogue(items: model.items, metadata: try await contents.metadata(of: dataset)),
            schema: try await contents.schema(of: dataset))
    }

    private func filter(
        of job: BatchSegmentJobResource, _ model: TrainedModel, _ version: SolutionVersionResource
    ) async throws -> UserSegments.Filter? {
        guard let arn = job.filterArn else { return nil }
        do {
            return try UserSegments.Filter(
                try await controlPlane.servedFilter(arn, for: version), model: model,
                users: try await controlPlane.metadata(.users, ofDatasetGroup: version.datasetGroupArn))
        } catch let error as PersonalizeError {
            throw JobFailure(reason: error.message)
        } catch let mistake as FilterMistake {
            throw JobFailure(reason: "The filter \(arn) cannot be used: \(mistake)")
        }
    }

    /// The documented limits are of the whole input (developer guide, "Preparing input data for user segments").
    private func checkLineCount(
        of objects: [BatchObject], in bucket: String, _ queries: UserSegments.Queries
    ) async throws {
        let (limit, noun) =
            switch queries {
            case .items: (controlPlane.settings.quotas.segmentItems, "items")
            case .attributes: (controlPlane.settings.quotas.segmentAttributeQueries, "queries")
            }
        var count = 0
        for object in objects {
            var lines = InputLines(try await controlPlane.objects.read(bucket: bucket, key: object.key, range: nil))
            while true {
                let group = try await lines.next(256)
                guard !group.isEmpty else { break }
                count += group.count
                guard count <= limit else {
                    throw JobFailure(reason: "The input has more than \(limit) \(noun), the most that a job can have.")
                }
            }
        }
        guard count > 0 else { throw JobFailure(reason: "The input has no lines.") }
    }
}
