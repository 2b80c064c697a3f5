package import Logging
import ServiceLifecycle

/// Brings to the campaigns what PutItems and PutUsers acknowledged, within a second of their answer.
package struct CatalogueFollowing: Service {
    /// Records that come in quick succession are read together.
    private static let pause = Duration.milliseconds(250)

    private let campaigns: CampaignRegistry
    private let logger: Logger

    package init(campaigns: CampaignRegistry, logger: Logger) {
        self.campaigns = campaigns
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in campaigns.followed.signals {
                for group in campaigns.followed.take() {
                    do {
                        try await campaigns.update(group)
                    } catch is CancellationError {
                        return
                    } catch {
                        logger.error(
                            "New records cannot be read", metadata: ["datasetGroup": "\(group)", "error": "\(error)"])
                    }
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
