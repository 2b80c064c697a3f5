import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine's speed at one of the service's jobs.",
        subcommands: [BenchIngestCommand.self, BenchExploreCommand.self])
}
