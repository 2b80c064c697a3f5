import COpenBLAS

/// Adds XᵀX to the lower triangle of `gram`; X in single precision, as many rows as are given.
///
/// - Parameters:
///   - rows: X row by row.
///   - gram: columns² numbers, row by row.
package func addGram(of rows: [Float], columns: Int, to gram: inout [Double]) {
    guard columns > 0, rows.count >= columns, gram.count == columns * columns else { return }
    BLAS.prepare()
    var products = [Float](repeating: 0, count: columns * columns)
    cblas_ssyrk(
        CblasRowMajor, CblasLower, CblasTrans, blasInteger(columns), blasInteger(rows.count / columns), 1, rows,
        blasInteger(columns), 0, &products, blasInteger(columns))
    for index in products.indices { gram[index] += Double(products[index]) }
}
