import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix in double precision, largest value first; nil when LAPACK does not
/// converge or the matrix holds what is not a number. O(n³).
///
/// - Parameters:
///   - matrix: n² numbers, both triangles.
///   - order: n.
/// - Returns: n values, and n² numbers whose row i is the unit eigenvector of value i.
package func symmetricEigen(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [Double])? {
    guard order > 0, matrix.count == order * order, matrix.allSatisfy(\.isFinite) else { return nil }
    BLAS.prepare()
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    var job = CChar(UInt8(ascii: "V"))
    var uplo = CChar(UInt8(ascii: "U"))
    var size = blasInteger(order)
    var stride = size
    var workCount = blasInteger(34 * order)
    var work = [Double](repeating: 0, count: 34 * order)
    var info: Int32 = 0
    dsyev_(&job, &uplo, &size, &vectors, &stride, &values, &work, &workCount, &info)
    guard info == 0 else { return nil }
    // LAPACK has them in ascending order, a vector in each column of its column-major matrix.
    let descending = (0..<order).reversed()
    return (
        descending.map { values[$0] }, descending.flatMap { vectors[($0 * order)..<(($0 + 1) * order)] }
    )
}
