import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine's speed at one of the service's jobs.",
        subcommands: [
            BenchIngestCommand.self, BenchEventsCommand.self, BenchServeCommand.self, BenchLoadCommand.self,
            BenchExploreCommand.self, BenchALSCommand.self,
            BenchEASECommand.self, BenchTransformerCommand.self, BenchTrainingCommand.self, BenchMemoryCommand.self,
            BenchGrowthCommand.self,
        ])
}
