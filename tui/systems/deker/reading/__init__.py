"""Values of arrays and VArrays: what an index means, and the bytes that it stands for."""
