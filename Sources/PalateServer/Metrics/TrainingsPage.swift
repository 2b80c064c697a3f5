import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird

/// `GET /palate/trainings`: the trainings that run and the newest that have ended, as JSON, with the points of a plot.
struct TrainingsPage: Sendable {
    let controlPlane: ControlPlane

    private struct Body: Encodable {
        let trainings: [TrainingReading]
    }

    func respond() async throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let body = try encoder.encode(Body(trainings: try await controlPlane.trainings()))
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
