//go:build !purego

#include "go_asm.h"
#include "textflag.h"

DATA backslashes<>+0(SB)/8, $0x5c5c5c5c5c5c5c5c
DATA backslashes<>+8(SB)/8, $0x5c5c5c5c5c5c5c5c
GLOBL backslashes<>(SB), RODATA|NOPTR, $16

DATA controls<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
DATA controls<>+8(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL controls<>(SB), RODATA|NOPTR, $16

DATA quotes<>+0(SB)/8, $0x2222222222222222
DATA quotes<>+8(SB)/8, $0x2222222222222222
GLOBL quotes<>(SB), RODATA|NOPTR, $16

DATA spaces<>+0(SB)/8, $0x2020202020202020
DATA spaces<>+8(SB)/8, $0x2020202020202020
GLOBL spaces<>(SB), RODATA|NOPTR, $16

// The tables say which errors a pair of bytes can be a part of: one bit for each
// kind, looked up by the high and low half of the first byte and the high half of
// the second, is left where all three agree. See Keiser and Lemire, "Validating
// UTF-8 In Less Than One Instruction Per Byte", 2020.
DATA firstHigh<>+0(SB)/8, $0x0202020202020202
DATA firstHigh<>+8(SB)/8, $0x4915012180808080
GLOBL firstHigh<>(SB), RODATA|NOPTR, $16

DATA firstLow<>+0(SB)/8, $0xcbcbcb8b8383a3e7
DATA firstLow<>+8(SB)/8, $0xcbcbdbcbcbcbcbcb
GLOBL firstLow<>(SB), RODATA|NOPTR, $16

DATA secondHigh<>+0(SB)/8, $0x0101010101010101
DATA secondHigh<>+8(SB)/8, $0x01010101babaaee6
GLOBL secondHigh<>(SB), RODATA|NOPTR, $16

DATA lowHalves<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL lowHalves<>(SB), RODATA|NOPTR, $8

// What makes the first byte of a rune of three, and of four, at least 0x80.
DATA toThird<>+0(SB)/8, $0x6060606060606060
GLOBL toThird<>(SB), RODATA|NOPTR, $8

DATA toFourth<>+0(SB)/8, $0x7070707070707070
GLOBL toFourth<>(SB), RODATA|NOPTR, $8

DATA highBits<>+0(SB)/8, $0x8080808080808080
GLOBL highBits<>(SB), RODATA|NOPTR, $8

// U+2028 and U+2029 are e2 80 a8 and e2 80 a9.
DATA line1<>+0(SB)/8, $0xe2e2e2e2e2e2e2e2
GLOBL line1<>(SB), RODATA|NOPTR, $8

DATA line3<>+0(SB)/8, $0xa8a8a8a8a8a8a8a8
GLOBL line3<>(SB), RODATA|NOPTR, $8

DATA notLowest<>+0(SB)/8, $0xfefefefefefefefe
GLOBL notLowest<>(SB), RODATA|NOPTR, $8

// func copyVectors(dst, src *byte, n int, set *escapeSet) (i int)
//
// AX is the place, R9 that of the last whole block. A byte of 0x80 and more finds 0 in
// the table of special bytes, which it does not equal.
TEXT ·copyVectors(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ set+24(FP), DX
	XORQ AX, AX
	CMPQ CX, $const_textMin
	JGE long
	VMOVDQU escapeSet_special(DX), X1
	VMOVDQU backslashes<>(SB), X2
	VMOVDQU spaces<>(SB), X3
	LEAQ -16(CX), R9

	// Less a space, a control character is negative.
short:
	VMOVDQU (SI)(AX*1), X0
	VMOVDQU X0, (DI)(AX*1)
	VPSHUFB X0, X1, X4
	VPCMPEQB X0, X4, X4
	VPCMPEQB X0, X2, X5
	VPSUBB X3, X0, X6
	VPOR X0, X6, X6
	VPOR X4, X5, X4
	VPOR X4, X6, X4
	VPMOVMSKB X4, BX
	TESTL BX, BX
	JNE end
	ADDQ $16, AX
	CMPQ AX, R9
	JLE short
	CMPQ AX, CX
	JEQ whole
	MOVQ R9, AX
	JMP short

end:
	BSFL BX, BX
	ADDQ BX, AX

whole:
	MOVQ AX, i+32(FP)
	RET

	// R8 is not 0 if one of the bytes before the block is not ASCII.
long:
	VBROADCASTI128 escapeSet_special(DX), Y1
	VPBROADCASTQ backslashes<>(SB), Y5
	VPBROADCASTQ controls<>(SB), Y6
	LEAQ -32(CX), R9
	XORQ R8, R8

block:
	VMOVDQU (SI)(AX*1), Y0
	VMOVDQU Y0, (DI)(AX*1)
	VPSHUFB Y0, Y1, Y7
	VPCMPEQB Y0, Y7, Y7
	VPCMPEQB Y0, Y5, Y9
	VPMINUB Y0, Y6, Y10
	VPCMPEQB Y0, Y10, Y10
	VPOR Y7, Y9, Y9
	VPOR Y9, Y10, Y10
	VPMOVMSKB Y10, BX
	VPMOVMSKB Y0, R10
	ORL R10, R8
	JNE text

checked:
	TESTL BX, BX
	JNE found
	MOVL R10, R8
	SHRL $29, R8
	ADDQ $32, AX
	CMPQ AX, R9
	JLE block
	CMPQ AX, CX
	JEQ done

	// The rest is the end of a block that overlaps the one before: by the last byte
	// of a rune that is unfinished there, at least.
	MOVQ R9, AX
	XORL R8, R8
	JMP block

found:
	BSFL BX, BX
	ADDQ BX, AX

done:
	VZEROUPPER
	MOVQ AX, i+32(FP)
	RET

	// Y13, Y14, Y15 are the bytes one, two and three before those of Y0.
text:
	TESTQ AX, AX
	JEQ first
	VMOVDQU -1(SI)(AX*1), Y13
	VMOVDQU -2(SI)(AX*1), Y14
	VMOVDQU -3(SI)(AX*1), Y15
	JMP pairs

first:
	VPERM2I128 $8, Y0, Y0, Y12
	VPALIGNR $15, Y12, Y0, Y13
	VPALIGNR $14, Y12, Y0, Y14
	VPALIGNR $13, Y12, Y0, Y15

pairs:
	VPBROADCASTQ lowHalves<>(SB), Y12
	VBROADCASTI128 firstHigh<>(SB), Y11
	VPSRLW $4, Y13, Y7
	VPAND Y12, Y7, Y7
	VPSHUFB Y7, Y11, Y7
	VBROADCASTI128 firstLow<>(SB), Y11
	VPAND Y12, Y13, Y8
	VPSHUFB Y8, Y11, Y8
	VPAND Y7, Y8, Y7
	VBROADCASTI128 secondHigh<>(SB), Y11
	VPSRLW $4, Y0, Y9
	VPAND Y12, Y9, Y9
	VPSHUFB Y9, Y11, Y9
	VPAND Y7, Y9, Y7

	// Two continuations in a row are right where a longer rune asks for them.
	VPBROADCASTQ toThird<>(SB), Y11
	VPBROADCASTQ toFourth<>(SB), Y12
	VPBROADCASTQ highBits<>(SB), Y10
	VPSUBUSB Y11, Y14, Y8
	VPSUBUSB Y12, Y15, Y9
	VPOR Y8, Y9, Y8
	VPAND Y10, Y8, Y8
	VPXOR Y8, Y7, Y7

	VPBROADCASTQ line1<>(SB), Y11
	VPBROADCASTQ notLowest<>(SB), Y12
	VPBROADCASTQ line3<>(SB), Y15
	VPCMPEQB Y11, Y14, Y8
	VPCMPEQB Y10, Y13, Y9
	VPAND Y8, Y9, Y8
	VPAND Y12, Y0, Y9
	VPCMPEQB Y15, Y9, Y9
	VPAND Y8, Y9, Y8
	VPOR Y8, Y7, Y7

	VPXOR Y8, Y8, Y8
	VPCMPEQB Y8, Y7, Y7
	VPMOVMSKB Y7, R11
	NOTL R11
	ORL R11, BX
	JMP checked

// func scanText(b *byte, n int) (i int, high int)
TEXT ·scanText(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), CX
	MOVOU quotes<>(SB), X2
	MOVOU backslashes<>(SB), X5
	MOVOU controls<>(SB), X6
	XORQ AX, AX
	XORQ R8, R8
	SUBQ $16, CX

scanloop:
	CMPQ AX, CX
	JGT scandone
	MOVOU (SI)(AX*1), X0
	MOVO X0, X7
	PCMPEQB X2, X7
	MOVO X0, X9
	PCMPEQB X5, X9
	MOVO X0, X10
	PMINUB X6, X10
	PCMPEQB X0, X10
	POR X7, X9
	POR X9, X10
	PMOVMSKB X10, BX
	PMOVMSKB X0, DX
	TESTL BX, BX
	JNE scanfound
	ORL DX, R8
	ADDQ $16, AX
	JMP scanloop

scanfound:
	BSFL BX, CX
	MOVL $1, R9
	SHLL CX, R9
	DECL R9
	ANDL R9, DX
	ORL DX, R8
	ADDQ CX, AX

scandone:
	MOVQ AX, i+16(FP)
	MOVQ R8, high+24(FP)
	RET

// func cpuid(leaf, sub uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xgetbv() (a uint32)
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, a+0(FP)
	RET
