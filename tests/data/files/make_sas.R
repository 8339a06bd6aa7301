# Makes scores.sas7bdat.gz: no Python package writes this format.
frame <- data.frame(
  id = c(1, 1, 2), visit = c(0, 1, 0), score = c(2.5, NA, 1.5), arm = c("a", "a", "b")
)
path <- tempfile(fileext = ".sas7bdat")
suppressWarnings(haven::write_sas(frame, path))
bytes <- readBin(path, "raw", file.size(path))
out <- gzfile("scores.sas7bdat.gz", "wb")
writeBin(bytes, out)
close(out)
