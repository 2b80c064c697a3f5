import ArgumentParser

@main
struct Palate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "palate",
        abstract: "A self-hosted recommendation service that speaks the Amazon Personalize protocols.",
        subcommands: [
            ServeCommand.self, KeysCommand.self, DemoCommand.self, TrainCommand.self, RecommendCommand.self,
            ExplainCommand.self, EvaluateCommand.self, CompareCommand.self, BenchCommand.self,
        ])
}
