import COpenBLAS

/// OpenBLAS, held at one thread: every call into it in this module comes from a tile of a ``Parallel`` loop.
enum BLAS {
    #if os(Linux)
        /// `openblas_kernels.c` has done it before `main`.
        static func prepare() {}
    #else
        private static let singleThreaded: Void = openblas_set_num_threads(1)

        /// The first call sets the library to one thread for the life of the process.
        static func prepare() { _ = singleThreaded }
    #endif

    /// Rows or columns of a tile of a product; large enough for OpenBLAS to run at its peak.
    static let tile = 384
    /// Order of a diagonal tile of a factorisation.
    static let panel = 256
}

/// A pointer into a matrix that is shared by threads which write disjoint tiles of it.
struct TilePointer: @unchecked Sendable {
    let address: UnsafeMutablePointer<Float>
    let stride: Int

    func at(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> { address + row * stride + column }
}

/// A matrix size as the library's 32-bit integer. Sizes come from matrices that exist, so they are small enough.
func blasInteger(_ value: Int) -> Int32 { Int32(clamping: value) }
