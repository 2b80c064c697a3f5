public import Foundation

/// The MovieLens data in the layout of `ml-latest-small`: `movies.csv` and `ratings.csv` in one directory.
///
/// Source: F. M. Harper and J. A. Konstan, "The MovieLens Datasets: History and Context", 2015.
public struct MovieLens: Sendable {
    public struct Movie: Sendable, Hashable {
        public let identifier: String
        public let title: String
        /// Empty when the data says that none are listed.
        public let genres: [String]
        /// The year that ends the title in parentheses.
        public let year: Int?
    }

    public struct Rating: Sendable, Hashable {
        public let user: String
        public let movie: String
        /// 0.5 to 5 stars.
        public let stars: Double
        /// Seconds since 1970.
        public let timestamp: Int64
    }

    public let movies: [Movie]
    /// In file order.
    public let ratings: [Rating]

    /// Reads both files.
    ///
    /// - Throws: `ImportError` with the file, line and column of what is wrong.
    public init(directory: URL) throws {
        movies = try Self.readMovies(directory.appendingPathComponent("movies.csv"))
        ratings = try Self.readRatings(directory.appendingPathComponent("ratings.csv"))
    }

    public init(movies: [Movie], ratings: [Rating]) {
        self.movies = movies
        self.ratings = ratings
    }

    /// Titles by movie identifier, which is the item identifier.
    public var titles: [String: String] {
        Dictionary(movies.map { ($0.identifier, $0.title) }) { _, last in last }
    }

    private static func readMovies(_ url: URL) throws -> [Movie] {
        var movies: [Movie] = []
        try CSVTable.read(url, columns: ["movieId", "title", "genres"]) { row in
            let title = try row.text(1)
            let genres = try row.text(2)
            movies.append(
                Movie(
                    identifier: try row.text(0), title: title,
                    genres: genres == "(no genres listed)" ? [] : genres.split(separator: "|").map(String.init),
                    year: year(of: title)))
        }
        return movies
    }

    private static func readRatings(_ url: URL) throws -> [Rating] {
        var ratings: [Rating] = []
        try CSVTable.read(url, columns: ["userId", "movieId", "rating", "timestamp"]) { row in
            ratings.append(
                Rating(
                    user: try row.text(0), movie: try row.text(1), stars: try row.number(2),
                    timestamp: try row.timestamp(3)))
        }
        return ratings
    }

    static func year(of title: String) -> Int? {
        var end = title[...]
        while end.last == " " { end.removeLast() }
        guard end.last == ")" else { return nil }
        let digits = end.dropLast().suffix(4)
        guard digits.count == 4, end.dropLast(5).last == "(", digits.utf8.allSatisfy({ $0 &- 0x30 <= 9 }) else {
            return nil
        }
        return Int(digits)
    }
}
