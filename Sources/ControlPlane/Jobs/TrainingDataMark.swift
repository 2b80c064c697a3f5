import Datasets
import Foundation
import GRDB

/// What the datasets of a group held at a moment, to tell later whether anything came since.
package struct TrainingDataMark: Codable, Sendable, Equatable {
    /// By dataset ARN: the directory of its bulk data and the place of the newest streamed record.
    let places: [String: String]
}

extension ControlPlane {
    /// Of the interactions and items datasets of a group.
    func dataMark(ofGroup group: String) async throws -> TrainingDataMark {
        let datasets = try await database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: group, in: database).map(\.resource)
        }
        var places: [String: String] = [:]
        for dataset in datasets
        where [DatasetType.interactions, .items].map(\.rawValue).contains(dataset.datasetType) {
            let position = try await streamedRecords.lastPosition(in: dataset.stream)
            places[dataset.arn] = "\(dataset.bulkData?.directory ?? "")#\(position)"
        }
        return TrainingDataMark(places: places)
    }
}
