import Datasets
import Foundation
import Testing

@Suite struct MovieLensTests {
    private func write(movies: String, ratings: String, in place: URL) throws {
        try Data(movies.utf8).write(to: place.appendingPathComponent("movies.csv"))
        try Data(ratings.utf8).write(to: place.appendingPathComponent("ratings.csv"))
    }

    private let movies = """
        movieId,title,genres
        1,"Story, A (1995)",Comedy|Drama
        2,No Year,(no genres listed)

        """

    @Test func ratingsBecomeClicksAndThenWatchesInTheOrderOfTime() throws {
        try withTemporaryDirectory { place in
            try write(
                movies: movies, ratings: "userId,movieId,rating,timestamp\n9,2,1.0,50\n9,1,4.5,20\n8,1,1.5,50\n",
                in: place)
            let data = try MovieLens(directory: place)
            #expect(data.titles == ["1": "Story, A (1995)", "2": "No Year"])
            #expect(data.movies.map(\.year) == [1995, nil])
            #expect(data.movies.map(\.genres) == [["Comedy", "Drama"], []])

            let interactions = data.interactions()
            #expect(interactions.timestamps == [20, 20, 50, 50, 50])
            let events = interactions.eventTypeIndices?.map { interactions.eventTypes[Int($0)] }
            #expect(events == ["click", "watch", "click", "watch", "watch"])
            #expect(interactions.userIndices.map { interactions.users[Int($0)] } == ["9", "9", "8", "9", "8"])
            #expect(interactions.itemIndices.map { interactions.items[Int($0)] } == ["1", "1", "1", "2", "1"])

            let csv = place.appendingPathComponent("interactions.csv")
            try data.writeInteractions(to: csv)
            let read = try InteractionsFile.read(csv: csv)
            #expect(read.userIndices == interactions.userIndices)
            #expect(read.itemIndices == interactions.itemIndices)
            #expect(read.timestamps == interactions.timestamps)
            #expect(read.eventTypeIndices == interactions.eventTypeIndices)

            let items = place.appendingPathComponent("items.csv")
            try data.writeItems(to: items)
            #expect(
                try String(contentsOf: items, encoding: .utf8)
                    == "ITEM_ID,GENRES,YEAR,CREATION_TIMESTAMP\n1,Comedy|Drama,1995,20\n2,,,50\n")
            let directory = place.appendingPathComponent("items")
            let job = try DatasetImport(schema: DatasetSchema(json: MovieLens.itemsSchema), into: directory)
            try job.importFile(items)
            _ = try job.finish()
            #expect(try MetadataTable(contentsOf: directory).identifiers.identifiers == ["1", "2"])
        }
    }

    @Test func mistakesNameTheFileLineAndColumn() throws {
        try withTemporaryDirectory { place in
            try write(movies: movies, ratings: "userId,movieId,rating,timestamp\n9,2,good,50\n", in: place)
            let cell = #expect(throws: ImportError.self) { try MovieLens(directory: place) }
            #expect(cell?.description == "ratings.csv, line 2, column 3 (rating): \"good\" is not a number")
            try write(movies: movies, ratings: "user,movieId,rating,timestamp\n", in: place)
            let column = #expect(throws: ImportError.self) { try MovieLens(directory: place) }
            #expect(column?.reason == .missingColumn)
            try FileManager.default.removeItem(at: place.appendingPathComponent("movies.csv"))
            let file = #expect(throws: ImportError.self) { try MovieLens(directory: place) }
            #expect(file?.reason == .unreadableFile)
        }
    }

    static let directory = ProcessInfo.processInfo.environment["PALATE_MOVIELENS"]

    @Test(.enabled(if: directory != nil)) func theSmallDataSetHasItsPublishedSize() throws {
        let data = try MovieLens(directory: URL(fileURLWithPath: try #require(Self.directory)))
        #expect(data.movies.count == 9_742)
        #expect(data.ratings.count == 100_836)
        let interactions = data.interactions()
        #expect(interactions.users.count == 610)
        #expect(interactions.items.count == 9_724)
        #expect(interactions.count == data.ratings.count + data.ratings.count { $0.stars > 1 })
        #expect(interactions.trainingRequirements().isEmpty)
    }
}
