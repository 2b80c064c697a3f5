import Datasets
import Foundation
import LinearAlgebra
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Recipes
import TextGeneration

/// Answers every line of a batch inference job's input.
///
/// Lines are read, ranked on all cores and written in groups, so memory does not grow with the input. A second run after
/// a stop replaces what the first one wrote with the same.
struct BatchInference {
    /// Lines that are ranked at once.
    private static let groupSize = 256
    /// Themes that are asked for at once.
    private static let themesAtOnce = 4

    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let inference: BatchInferenceJobResource = try await controlPlane.describe(job.arn)
        let version: SolutionVersionResource = try await controlPlane.describe(inference.solutionVersionArn)
        let objects = try await controlPlane.batchObjects(of: inference)
        let ranking = try await ranking(of: inference, version: version)
        let themes = try await themes(of: inference, version: version)
        let progress = BatchProgress(of: objects, job: job.arn, in: controlPlane.progress)
        let themeLimit = controlPlane.settings.quotas.themedItems
        var lineCount = 0
        for object in objects {
            let before = lineCount
            lineCount += try await controlPlane.answerBatchObject(
                object, of: inference, groupSize: Self.groupSize, progress: progress
            ) { lines, first in
                guard let themes else { return Self.answers(to: lines, ranking, count: inference.resultCount) }
                guard before + first + lines.count <= themeLimit else {
                    throw JobFailure(
                        reason: "The input has more than \(themeLimit) items, the most that can have themes.")
                }
                return try await Self.themedAnswers(to: lines, ranking, themes, count: inference.resultCount)
            }
        }
        guard lineCount > 0 else { throw JobFailure(reason: "The input \(inference.input.path) has no lines.") }
        try await Activation(controlPlane: controlPlane).run(job)
    }

    private func ranking(
        of inference: BatchInferenceJobResource, version: SolutionVersionResource
    ) async throws -> any BatchRanking {
        guard let outcome = version.outcome, version.status == .active else {
            throw JobFailure(reason: "The solution version \(version.arn) is not ACTIVE.")
        }
        let configuration = inference.configuration.map {
            CampaignConfig(itemExplorationConfig: $0.itemExplorationConfig, rankingInfluence: $0.rankingInfluence)
        }
        let recipe = try controlPlane.recipe(version.recipeArn)
        let served = ServedModel(
            arn: inference.arn, datasetGroupArn: version.datasetGroupArn, recipe: recipe, configuration: configuration,
            modelDirectory: controlPlane.directories.models.appending(path: outcome.modelDirectory),
            impressions: try await controlPlane.impressions(ofDatasetGroup: version.datasetGroupArn, for: recipe))
        do {
            var filter: ServedFilter?
            if let arn = inference.filterArn { filter = try await controlPlane.servedFilter(arn, for: version) }
            return try await host.ranking(
                of: served, filter: filter,
                catalogue: try await controlPlane.servedCatalogue(ofDatasetGroup: version.datasetGroupArn))
        } catch let error as PersonalizeError {
            throw JobFailure(reason: error.message)
        }
    }

    private func themes(
        of inference: BatchInferenceJobResource, version: SolutionVersionResource
    ) async throws -> ThemeWriter? {
        guard inference.mode == .themes, let field = inference.themes?.fieldsForThemeGeneration.itemName else {
            return nil
        }
        guard let generator = controlPlane.textGenerator else {
            throw JobFailure(
                reason: "No endpoint that generates text is set: themes.baseURL and themes.model are needed.")
        }
        let items = try await controlPlane.metadata(.items, ofDatasetGroup: version.datasetGroupArn)
        guard let items else { throw JobFailure(reason: "The items dataset holds nothing to make themes from.") }
        return ThemeWriter(generator: generator, items: items, nameField: field)
    }

    private static func answers(to lines: [InputLine], _ ranking: any BatchRanking, count: Int?) -> ByteBuffer {
        let records = Parallel.map(lines.count) { index in
            let line = lines[index]
            do throws(BatchLineError) {
                let ranked = try ranking.rank(try BatchLine(parsing: line), count: count)
                return BatchRecord.result(of: line) { json in
                    json.member("recommendedItems", ranked.items)
                    json.member("scores", ranked.scores)
                }
            } catch {
                return BatchRecord.failure(of: line, error)
            }
        }
        var buffer = ByteBuffer()
        for record in records { buffer.writeBytes(record) }
        return buffer
    }

    private static func themedAnswers(
        to lines: [InputLine], _ ranking: any BatchRanking, _ themes: ThemeWriter, count: Int?
    ) async throws -> ByteBuffer {
        let records = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            var records: [Int: [UInt8]] = [:]
            for (index, line) in lines.enumerated() {
                if index >= themesAtOnce, let (done, record) = try await group.next() { records[done] = record }
                group.addTask {
                    do {
                        let ranked = try ranking.rank(try BatchLine(parsing: line), count: count)
                        let themed = try await themes.theme(for: ranked.items)
                        return (
                            index,
                            BatchRecord.result(of: line) { json in
                                json.member("recommendedItems", themed.items)
                                json.member("theme", themed.theme)
                                json.member("itemsThemeRelevanceScores", themed.relevances)
                            }
                        )
                    } catch let error as BatchLineError {
                        return (index, BatchRecord.failure(of: line, error))
                    }
                }
            }
            for try await (done, record) in group { records[done] = record }
            return records
        }
        var buffer = ByteBuffer()
        for index in lines.indices { buffer.writeBytes(records[index] ?? []) }
        return buffer
    }
}

/// How much of a batch job's input was read.
struct BatchProgress: Sendable {
    private let total: Double
    private let before: [String: Double]
    private let job: String
    private let progress: JobProgress

    init(of objects: [BatchObject], job: String, in progress: JobProgress) {
        var sum = 0.0
        var before: [String: Double] = [:]
        for object in objects {
            before[object.key] = sum
            sum += Double(object.size)
        }
        total = max(sum, 1)
        self.before = before
        self.job = job
        self.progress = progress
    }

    func set(bytesRead: Int, of object: BatchObject) {
        progress.set(
            min(((before[object.key] ?? 0) + Double(bytesRead)) / total, 1), "answering \(object.key)", on: job)
    }

    func finish(_ object: BatchObject) { set(bytesRead: Int(clamping: object.size), of: object) }
}
